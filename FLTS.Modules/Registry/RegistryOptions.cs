using System.ComponentModel.DataAnnotations;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace FLTS.Modules.Registry;

/// <summary>Section <c>Database</c>.</summary>
internal sealed record RegistryOptions : ICheckedTogether
{
    public const string Section = "Database";

    /// <summary><c>sqlite</c> (default) or <c>postgres</c>.</summary>
    [AllowedValues("sqlite", "postgres")]
    public string Provider { get; init; } = "sqlite";

    /// <summary>Npgsql connection string; for SQLite default a file <c>flts.db</c> in the data folder.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>PostgreSQL's user, in place of the connection string's; default: that one.</summary>
    public string? Username { get; init; }

    /// <summary>PostgreSQL's password, in place of the connection string's: any characters, as they are. Default: that one.</summary>
    public string? Password { get; init; }

    public bool IsPostgres => Provider == "postgres";

    public void CheckTogether()
    {
        const string Right = "with Database:Provider 'postgres' it must be an Npgsql connection string such as "
            + "'Host=localhost;Database=flts;Username=flts;Password=...'.";
        if (IsPostgres && string.IsNullOrWhiteSpace(ConnectionString))
            throw new InvalidInputException($"Database:ConnectionString is missing; {Right}");
        if (IsPostgres && !IsReadable(() => !string.IsNullOrEmpty(new NpgsqlConnectionStringBuilder(ConnectionString).Host)))
            throw new InvalidInputException($"Database:ConnectionString cannot be read or names no host; {Right}");
        if (!IsPostgres && ConnectionString is { } own && !IsReadable(() => new SqliteConnectionStringBuilder(own).DataSource is not null))
            throw new InvalidInputException(
                "Database:ConnectionString cannot be read; with Database:Provider 'sqlite' it must be such as 'Data Source=flts.db', or be "
                + "left out. For PostgreSQL set Database:Provider to 'postgres'.");
    }

    // What the drivers say of it is not told: it may hold the password.
    private static bool IsReadable(Func<bool> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is ArgumentException or KeyNotFoundException or FormatException or OverflowException
            or InvalidCastException or NotSupportedException)
        {
            return false;
        }
    }
}
