using System.Net;
using NUnit.Framework;

namespace FLTS.Tests.TestKit;

[TestFixture, Parallelizable, Category(TestCategories.Slow)]
internal sealed class FltsProcessTests
{
    private static readonly Dictionary<string, string> _noDemo = new() { ["Pipeline:DemoOnEmpty"] = "false" };
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [Test]
    public async Task The_host_gets_ready_answers_with_its_own_key_and_ends_cleanly_on_SIGTERM()
    {
        await using var flts = FltsProcess.Start(new FltsStart { Data = _folder.Path, Settings = _noDemo });
        await flts.WaitUntilReadyAsync();
        await flts.UseAdminKeyAsync();

        using var answer = await flts.Http.GetAsync(new Uri("/pipelines", UriKind.Relative));

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await flts.StopAsync(), Is.Zero, string.Join('\n', flts.Output));
    }

    [Test, Category(TestCategories.Soak)]
    [Category(TestCategories.Servers)]
    public async Task The_host_gets_ready_on_PostgreSQL_RabbitMQ_and_S3()
    {
        await using var flts = FltsProcess.Start(new FltsStart { Data = _folder.Path, Environment = await FullSettings.CreateAsync() });

        await flts.WaitUntilReadyAsync();
    }

    [Test, Category(TestCategories.Soak)]
    public async Task A_killed_host_starts_again_on_the_same_folder()
    {
        await using (var first = FltsProcess.Start(new FltsStart { Data = _folder.Path, Settings = _noDemo }))
        {
            await first.WaitUntilReadyAsync();
            first.Kill();
            Assert.That(first.HasExited);
        }

        await using var second = FltsProcess.Start(new FltsStart { Data = _folder.Path, Settings = _noDemo });
        await second.WaitUntilReadyAsync();
    }

    [Test]
    public async Task A_host_that_refuses_to_start_fails_the_wait_with_its_own_words()
    {
        await using var flts = FltsProcess.Start(
            new FltsStart { Data = _folder.Path, Settings = new Dictionary<string, string> { ["Bus:Transport"] = "pigeon" } });

        Assert.That(flts.WaitUntilReadyAsync, Throws.InvalidOperationException.With.Message.Contains("pigeon"));
        Assert.That(await flts.WaitForExitAsync(), Is.Not.Zero);
    }

    [Test]
    public async Task Environment_variables_reach_the_host()
    {
        await using var flts = FltsProcess.Start(new FltsStart
        {
            Data = _folder.Path,
            Environment = new Dictionary<string, string> { ["Storage__Provider"] = "attic" },
        });

        Assert.That(flts.WaitUntilAliveAsync, Throws.InvalidOperationException.With.Message.Contains("attic"));
    }
}
