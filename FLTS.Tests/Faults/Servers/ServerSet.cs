using FLTS.Tests.TestKit.Servers;

namespace FLTS.Tests.Faults.Servers;

/// <summary>PostgreSQL, RabbitMQ and S3, each started when first asked for.</summary>
internal sealed class ServerSet
{
    private readonly Lazy<Task<PostgresServer>> _postgres = new(() => Task.Run(PostgresServer.StartNewAsync));
    private readonly Lazy<Task<RabbitMqServer>> _rabbitMq = new(() => Task.Run(RabbitMqServer.StartNewAsync));
    private readonly Lazy<Task<CephServer>> _ceph = new(() => Task.Run(CephServer.StartNewAsync));

    public Task<PostgresServer> Postgres => _postgres.Value;

    public Task<RabbitMqServer> RabbitMq => _rabbitMq.Value;

    public Task<CephServer> Ceph => _ceph.Value;

    /// <summary>As <see cref="FullSettings"/> has them, on these servers, all of them running.</summary>
    public async Task<Dictionary<string, string>> SettingsAsync()
    {
        var (postgres, rabbitMq, ceph) = (Postgres, RabbitMq, Ceph);
        await Task.WhenAll(postgres, rabbitMq, ceph);
        await Task.WhenAll((await postgres).StartAsync(), (await rabbitMq).StartAsync(), (await ceph).StartAsync());
        return await FullSettings.CreateAsync(await postgres, await rabbitMq, await ceph);
    }

    public async Task StopAsync()
    {
        if (_postgres.IsValueCreated)
            await (await Postgres).DisposeAsync();
        if (_rabbitMq.IsValueCreated)
            await (await RabbitMq).DisposeAsync();
        if (_ceph.IsValueCreated)
            await (await Ceph).DisposeAsync();
    }
}
