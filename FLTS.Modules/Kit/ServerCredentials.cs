using Microsoft.Extensions.Configuration;
using Npgsql;

namespace FLTS.Modules.Kit;

/// <summary>
/// Addresses of the servers with user and password of their own settings put in: a password that stands by itself may hold any
/// character, where inside a connection string or a URI some would end it. Read anew for every connection, so that what an operator
/// changes is used without a restart.
/// </summary>
public static class ServerCredentials
{
    /// <summary><c>Database:ConnectionString</c> with <c>Database:Username</c> and <c>Database:Password</c>, where they are set.</summary>
    /// <returns>Null where there is no connection string.</returns>
    /// <exception cref="ArgumentException">It is no connection string.</exception>
    public static string? Postgres(IConfiguration configuration)
    {
        if (configuration["Database:ConnectionString"] is not { } text || string.IsNullOrWhiteSpace(text))
            return null;

        var connection = new NpgsqlConnectionStringBuilder(text);

        // Kerberos' library is looked for at every start otherwise, and its absence is written to standard error.
        if (!connection.ShouldSerialize("GSS Encryption Mode"))
            connection.GssEncryptionMode = GssEncryptionMode.Disable;
        if (configuration["Database:Username"] is { Length: > 0 } user)
            connection.Username = user;
        if (configuration["Database:Password"] is { Length: > 0 } password)
            connection.Password = password;
        return connection.ConnectionString;
    }

    /// <summary><c>Bus:RabbitMq:Uri</c> with <c>Bus:RabbitMq:Username</c> and <c>Bus:RabbitMq:Password</c>, where they are set.</summary>
    /// <returns>Null where it is no absolute URI.</returns>
    public static Uri? RabbitMq(IConfiguration configuration)
    {
        if (!Uri.TryCreate(configuration["Bus:RabbitMq:Uri"], UriKind.Absolute, out var uri))
            return null;

        var inside = uri.UserInfo.Split(':', 2);
        var user = Escaped(configuration["Bus:RabbitMq:Username"]) ?? inside[0];
        var password = Escaped(configuration["Bus:RabbitMq:Password"]) ?? inside.ElementAtOrDefault(1) ?? "";
        return user.Length == 0 ? uri : new UriBuilder(uri) { UserName = user, Password = password }.Uri;
    }

    private static string? Escaped(string? setting) => string.IsNullOrEmpty(setting) ? null : Uri.EscapeDataString(setting);
}
