using FLTS.Tests.EndToEnd;
using NUnit.Framework;

namespace FLTS.Tests.KillAnywhere;

/// <summary>
/// The process is killed (SIGKILL, by itself) at a named place, started again and left alone: the pipeline ends promoted, everything once.
/// Waits of one case (a lease that expires) are another's time to compute, so cases run side by side.
/// </summary>
[TestFixture, Parallelizable(ParallelScope.All), Category(TestCategories.Slow)]
internal sealed class KillTests
{
    /// <summary>128 + SIGKILL.</summary>
    private const int Killed = 137;

    private const string EveryDay = "promotion.champion-written";

    [TestCase(EveryDay)]
    [Category(TestCategories.Servers)]
    public Task Killed_on_PostgreSQL_RabbitMQ_and_S3_it_ends_promoted_with_everything_once(string point) => CheckAsync(Stack.Full, point);

    [Category(TestCategories.Soak)]
    [TestCaseSource(nameof(Matrix))]
    public Task Killed_anywhere_it_ends_promoted_with_everything_once(Stack stack, string point) => CheckAsync(stack, point);

    private static IEnumerable<TestCaseData> Matrix() =>
        FaultPoints.OfPipeline.Select(p => new TestCaseData(Stack.Embedded, p)).Concat(
        FaultPoints.OfPipeline.Where(p => p is not (EveryDay or FaultPoints.FolderOnly))
            .Select(p => new TestCaseData(Stack.Full, p)));

    private static async Task CheckAsync(Stack stack, string point)
    {
        await using var installation = await Installation.CreateAsync(stack);
        await using (var first = installation.Start($"{point}#{FaultPoints.Times(point)}"))
        {
            await AskUnlessKilledAsync(first);
            Assert.That(
                await first.WaitForExitAsync(),
                Is.EqualTo(Killed),
                $"{point} was not reached:\n{string.Join('\n', first.Output.TakeLast(40))}");
        }

        var trained = await installation.TrainedAsync();
        await using var second = installation.Start();
        await second.WaitUntilReadyAsync();
        await second.UseAdminKeyAsync();

        // Whoever got no answer asks again; a pipeline that has its row is nobody's business any more.
        if (!await installation.KnowsPipelineAsync())
            await second.StartPipelineAsync(Installation.Request());

        var id = (await second.GetAsync("/pipelines"))["items"]!.AsArray().Single()!["pipeline_id"]!.GetValue<string>();
        var ended = await second.WaitForEndAsync(id);
        Assert.That(ended["status"]!.GetValue<string>(), Is.EqualTo("promoted"), ended.ToJsonString());
        await Invariants.HoldAsync(installation, second, trained);
    }

    private static async Task AskUnlessKilledAsync(FltsProcess flts)
    {
        try
        {
            await flts.WaitUntilReadyAsync();
            await flts.UseAdminKeyAsync();
            await flts.StartPipelineAsync(Installation.Request());
        }
        catch (Exception e) when (e is HttpRequestException or InvalidOperationException)
        {
            // Killed before it could answer; the exit code tells.
        }
    }
}
