using System.Collections.Concurrent;
using NUnit.Framework;

namespace FLTS.Tests.Faults.Servers;

/// <summary>
/// PostgreSQL, RabbitMQ and S3 that the tests of this folder may stop. A test has a set of them to itself for as long as it runs; the
/// next one gets the same: starting them takes longer than most tests.
/// </summary>
[SetUpFixture, Parallelizable(ParallelScope.Self)]
internal sealed class OwnServers
{
    private static readonly ConcurrentBag<ServerSet> _idle = [];
    private static readonly ConcurrentBag<ServerSet> _all = [];

    /// <summary>A set that nobody else uses; the test gives it back with <see cref="Return"/>.</summary>
    public static ServerSet Take()
    {
        if (!_idle.TryTake(out var servers))
            _all.Add(servers = new ServerSet());

        return servers;
    }

    public static void Return(ServerSet servers) => _idle.Add(servers);

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        foreach (var servers in _all)
            await servers.StopAsync();
    }
}
