namespace FLTS.Tests.TestKit.Servers;

/// <summary>
/// The servers all tests of a run share, each started when first asked for. A test that stops or restarts one starts
/// its own with <c>StartNewAsync</c>; the others isolate themselves by database, virtual host and bucket prefix.
/// </summary>
internal static class TestServers
{
    private static readonly Shared<PostgresServer> _sharedPostgres = new(PostgresServer.StartNewAsync);
    private static readonly Shared<RabbitMqServer> _sharedRabbitMq = new(RabbitMqServer.StartNewAsync);
    private static readonly Shared<CephServer> _sharedCeph = new(CephServer.StartNewAsync);

    public static Task<PostgresServer> Postgres() => _sharedPostgres.GetAsync("PostgreSQL");

    public static Task<RabbitMqServer> RabbitMq() => _sharedRabbitMq.GetAsync("RabbitMQ");

    public static Task<CephServer> Ceph() => _sharedCeph.GetAsync("Ceph");

    /// <summary>At the end of the run (<see cref="StopServersAtTheEnd"/>).</summary>
    public static Task StopAllAsync() => Task.WhenAll(_sharedPostgres.StopAsync(), _sharedRabbitMq.StopAsync(), _sharedCeph.StopAsync());

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
