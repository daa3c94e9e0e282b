using FLTS.Tests.TestKit.Servers;
using NUnit.Framework;

namespace FLTS.Tests.Faults.Servers;

/// <summary>
/// PostgreSQL, RabbitMQ and S3 that the tests of this folder may stop: nobody else uses them, and these tests run one after the other, all
/// of them beside other tests: they mostly wait.
/// </summary>
[SetUpFixture, Parallelizable(ParallelScope.Self)]
internal sealed class OwnServers
{
    private static readonly Lazy<Task<PostgresServer>> _postgres = new(() => Task.Run(PostgresServer.StartNewAsync));
    private static readonly Lazy<Task<RabbitMqServer>> _rabbitMq = new(() => Task.Run(RabbitMqServer.StartNewAsync));
    private static readonly Lazy<Task<CephServer>> _ceph = new(() => Task.Run(CephServer.StartNewAsync));

    public static Task<PostgresServer> Postgres => _postgres.Value;

    public static Task<RabbitMqServer> RabbitMq => _rabbitMq.Value;

    public static Task<CephServer> Ceph => _ceph.Value;

    /// <summary>As <see cref="FullSettings"/> has them, on these servers, all of them running.</summary>
    public static async Task<Dictionary<string, string>> SettingsAsync()
    {
        var (postgres, rabbitMq, ceph) = (Postgres, RabbitMq, Ceph);
        await Task.WhenAll(postgres, rabbitMq, ceph);
        await Task.WhenAll((await postgres).StartAsync(), (await rabbitMq).StartAsync(), (await ceph).StartAsync());
        return await FullSettings.CreateAsync(await postgres, await rabbitMq, await ceph);
    }

    [OneTimeTearDown]
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
