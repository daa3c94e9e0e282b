using System.ComponentModel.DataAnnotations;

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

    public bool IsPostgres => Provider == "postgres";

    public void CheckTogether()
    {
        if (IsPostgres && string.IsNullOrWhiteSpace(ConnectionString))
            throw new InvalidInputException(
                "Database:ConnectionString is missing; with Database:Provider 'postgres' it must be an Npgsql connection string such as "
                + "'Host=localhost;Database=flts;Username=flts;Password=...'.");
    }
}
