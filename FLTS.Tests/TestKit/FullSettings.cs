using FLTS.Tests.TestKit.Servers;

namespace FLTS.Tests.TestKit;

/// <summary>
/// The settings of docker-compose.yml on the shared servers: PostgreSQL, RabbitMQ and S3, each fresh for the caller, as <c>Section:Key</c>.
/// </summary>
internal static class FullSettings
{
    /// <summary>
    /// As environment variables (<see cref="FltsStart.Environment"/>). Two hosts given the same ones are one installation.
    /// </summary>
    public static async Task<IReadOnlyDictionary<string, string>> CreateAsync()
    {
        // Started side by side: the slowest takes seconds.
        var (postgres, rabbitMq, ceph) = (TestServers.Postgres(), TestServers.RabbitMq(), TestServers.Ceph());
        return await CreateAsync(await postgres, await rabbitMq, await ceph);
    }

    /// <summary>As above, on certain servers.</summary>
    public static async Task<Dictionary<string, string>> CreateAsync(PostgresServer postgres, RabbitMqServer rabbitMq, CephServer store)
    {
        var settings = new Dictionary<string, string>
        {
            ["Jobs:Storage"] = "postgres",
            ["Bus:Transport"] = "rabbitmq",
            ["Bus:RabbitMq:Uri"] = (await rabbitMq.CreateVirtualHostAsync()).ToString(),
        };
        return settings.Concat(await DatabaseAsync(postgres))
            .Concat(Store(store))
            .ToDictionary(s => s.Key.Replace(":", "__", StringComparison.Ordinal), s => s.Value);
    }

    /// <summary>A fresh database.</summary>
    public static async Task<Dictionary<string, string>> DatabaseAsync(PostgresServer postgres) =>
        Database(await postgres.CreateDatabaseAsync());

    public static Dictionary<string, string> Database(string connectionString) => new()
    {
        ["Database:Provider"] = "postgres",
        ["Database:ConnectionString"] = connectionString,
    };

    /// <summary>Buckets of the caller's own.</summary>
    public static Dictionary<string, string> Store(CephServer store) => new()
    {
        ["Storage:Provider"] = "s3",
        ["Storage:S3:Endpoint"] = store.Endpoint,
        ["Storage:S3:AccessKey"] = store.AccessKey,
        ["Storage:S3:SecretKey"] = store.SecretKey,
        ["Storage:S3:BucketPrefix"] = $"t{Guid.NewGuid().ToString("N")[..12]}-",
    };
}
