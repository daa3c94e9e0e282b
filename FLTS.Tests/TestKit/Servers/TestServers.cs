namespace FLTS.Tests.TestKit.Servers;

/// <summary>
/// The servers all tests of a run share, each started when first asked for. A test that stops or restarts one starts
/// its own with <c>StartNewAsync</c>; the others isolate themselves by database, virtual host and bucket prefix.
/// </summary>
internal static class TestServers
{
    private static readonly Shared<PostgresServer> SharedPostgres = new(PostgresServer.StartNewAsync);
    private static readonly Shared<RabbitMqServer> SharedRabbitMq = new(RabbitMqServer.StartNewAsync);
    private static readonly Shared<CephServer> SharedCeph = new(CephServer.StartNewAsync);

    public static Task<PostgresServer> Postgres() => SharedPostgres.GetAsync("PostgreSQL");

    public static Task<RabbitMqServer> RabbitMq() => SharedRabbitMq.GetAsync("RabbitMQ");

    public static Task<CephServer> Ceph() => SharedCeph.GetAsync("Ceph");

    /// <summary>At the end of the run (<see cref="StopServersAtTheEnd"/>).</summary>
    public static Task StopAllAsync() => Task.WhenAll(SharedPostgres.StopAsync(), SharedRabbitMq.StopAsync(), SharedCeph.StopAsync());

    private sealed class Shared<T>(Func<Task<T>> start)
        where T : IAsyncDisposable
    {
        // A server that cannot start fails every test that needs it with the same message, at once.
        private readonly Lazy<Task<T>> _server = new(() => Task.Run(start));

        public async Task<T> GetAsync(string name)
        {
            ServersCategory.Require(name);
            return await _server.Value;
        }

        public async Task StopAsync()
        {
            if (_server is { IsValueCreated: true, Value.IsFaulted: false })
                await (await _server.Value).DisposeAsync();
        }
    }
}
