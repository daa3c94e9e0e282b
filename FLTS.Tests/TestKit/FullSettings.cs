using FLTS.Tests.TestKit.Servers;

namespace FLTS.Tests.TestKit;

/// <summary>The settings of docker-compose.yml on the shared servers: PostgreSQL, RabbitMQ and S3, each fresh for the caller.</summary>
internal static class FullSettings
{
    /// <summary>As environment variables (<see cref="FltsStart.Environment"/>). Two hosts given the same ones are one installation.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> CreateAsync()
    {
        // Started side by side: the slowest takes seconds.
        var (postgres, rabbitMq, ceph) = (TestServers.Postgres(), TestServers.RabbitMq(), TestServers.Ceph());
        return await CreateAsync(await postgres, await rabbitMq, await ceph);
    }

    /// <summary>As above, on certain servers.</summary>
    public static async Task<Dictionary<string, string>> CreateAsync(PostgresServer postgres, RabbitMqServer rabbitMq, CephServer store) =>
        new()
        {
            ["Database__Provider"] = "postgres",
            ["Database__ConnectionString"] = await postgres.CreateDatabaseAsync(),
            ["Jobs__Storage"] = "postgres",
            ["Bus__Transport"] = "rabbitmq",
            ["Bus__RabbitMq__Uri"] = (await rabbitMq.CreateVirtualHostAsync()).ToString(),
            ["Storage__Provider"] = "s3",
            ["Storage__S3__Endpoint"] = store.Endpoint,
            ["Storage__S3__AccessKey"] = store.AccessKey,
            ["Storage__S3__SecretKey"] = store.SecretKey,
            ["Storage__S3__BucketPrefix"] = $"t{Guid.NewGuid().ToString("N")[..12]}-",
        };
}
