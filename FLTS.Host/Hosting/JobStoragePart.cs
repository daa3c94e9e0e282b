using Hangfire.PostgreSql;
using Npgsql;

namespace FLTS.Host.Hosting;

/// <summary>Hangfire's tables in PostgreSQL.</summary>
internal sealed class JobStoragePart(Func<string> connection) : IPart
{
    public string Name => "jobs";

    public async Task ProveAsync(CancellationToken cancellation)
    {
        await using var open = new NpgsqlConnection(connection());
        await open.OpenAsync(cancellation);
        PostgreSqlObjectsInstaller.Install(open);
    }

    public async Task CheckAsync(CancellationToken cancellation)
    {
        await using var open = new NpgsqlConnection(connection());
        await open.OpenAsync(cancellation);
    }
}
