using System.Data.Common;
using System.Globalization;
using FLTS.Modules.Registry.Steps;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace FLTS.Modules.Registry;

/// <summary>
/// Every connection to PostgreSQL is opened with the settings as they are at that moment: credentials that come or change
/// later are used without a restart.
/// </summary>
internal sealed partial class CurrentConnection(IConfiguration configuration, ILogger<CurrentConnection> logger) : DbConnectionInterceptor
{
    private const string Setting = $"{RegistryOptions.Section}:{nameof(RegistryOptions.ConnectionString)}";

    private readonly Lock _gate = new();
    private (string? Connection, string? User, string? Password) _read;
    private string _complete = "";

    /// <summary>Gives a connection that is still closed the settings of now.</summary>
    public void Apply(DbConnection connection)
    {
        if (connection.State == System.Data.ConnectionState.Closed && Read() is { Length: > 0 } now)
            connection.ConnectionString = now;
    }

    public override InterceptionResult ConnectionOpening(DbConnection connection, ConnectionEventData eventData, InterceptionResult result)
    {
        Apply(connection);
        return result;
    }

    public override ValueTask<InterceptionResult> ConnectionOpeningAsync(
        DbConnection connection, ConnectionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        Apply(connection);
        return ValueTask.FromResult(result);
    }

    /// <summary>
    /// A process that is frozen inside a transaction would keep its rows locked for as long as it is: nobody could take its work over,
    /// although its lease has expired. So the server ends a transaction in which nothing happens for as long as a lease lasts.
    /// </summary>
    /// <exception cref="ArgumentException">No connection string.</exception>
    public static string HoldingNobodyUp(string connection)
    {
        var builder = new NpgsqlConnectionStringBuilder(connection);
        builder.Options = string.Create(
            CultureInfo.InvariantCulture,
            $"{builder.Options} -c idle_in_transaction_session_timeout={LeaseRules.Expiry.TotalMilliseconds}").Trim();
        return builder.ConnectionString;
    }

    /// <summary>The setting, completed; the one before where it cannot be used.</summary>
    private string Read()
    {
        lock (_gate)
        {
            var read = (configuration[Setting], configuration["Database:Username"], configuration["Database:Password"]);
            if (read == _read)
                return _complete;

            _read = read;
            try
            {
                if (ServerCredentials.Postgres(configuration) is { } set)
                    _complete = HoldingNobodyUp(set);
            }
            catch (ArgumentException e)
            {
                LogNotUsed(logger, Setting, e.Message);
            }

            return _complete;
        }
    }

    [LoggerMessage(
        Level = LogLevel.Error, Message = "{setting} changed to what is no connection string, so the one before stays in use: {reason}")]
    private static partial void LogNotUsed(ILogger logger, string setting, string reason);
}
