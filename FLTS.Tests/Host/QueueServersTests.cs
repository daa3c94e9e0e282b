using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace FLTS.Tests.Host;

[TestFixture, Parallelizable]
internal sealed class QueueServersTests
{
    [Test]
    public async Task A_queue_is_served_by_the_process_whose_module_works_on_it_and_by_nobody_else()
    {
        await using var host = await RunningHost.StartAsync(
            settings: new Dictionary<string, string?> { ["Pipeline:DemoOnEmpty"] = "false" }).ReadyAsync();
        var servers = host.App.Services.GetRequiredService<IQueueServers>();
        for (var tries = 0; tries < 600 && servers.LastServed("evaluation") is null; tries++)
            await Task.Delay(100);

        Assert.That(servers.LastServed("evaluation"), Is.EqualTo(DateTimeOffset.UtcNow).Within(TimeSpan.FromSeconds(60)));
        Assert.That(servers.LastServed("nowhere"), Is.Null);
    }
}
