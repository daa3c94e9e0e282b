using System.Net;
using FLTS.Modules.Registry.Schema;
using FLTS.Tests.EndToEnd;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;

namespace FLTS.Tests.KillAnywhere;

/// <summary>
/// The process is killed at every place that a fire of a schedule comes by, and started again: each due time is one fire, and starts one
/// pipeline.
/// </summary>
[TestFixture, Parallelizable(ParallelScope.All), Category(TestCategories.Slow), Category(TestCategories.Soak)]
internal sealed class KillScheduleTests
{
    private const int Killed = 137;

    /// <summary>A pipeline of one reference: what is tested is the order of writes.</summary>
    private static readonly Dictionary<string, string> _settings = new()
    {
        ["Schedules:often:cron"] = "* * * * *",
        ["Schedules:often:pipeline:dataset"] = Installation.Dataset,
        ["Schedules:often:pipeline:model_types:0"] = "NAIVE",
        ["Pipeline:ScheduleSeconds"] = "0.5",
    };

    [TestCaseSource(nameof(Matrix))]
    public async Task Killed_anywhere_every_fire_comes_to_one_outcome_and_all_of_them_to_one_pipeline(Stack stack, string point)
    {
        await using var installation = await Installation.CreateAsync(stack);
        await using (var first = installation.Start(point, settings: _settings))
        {
            await FireUnlessKilledAsync(first);
            Assert.That(
                await first.WaitForExitAsync(),
                Is.EqualTo(Killed),
                $"{point} was not reached:\n{string.Join('\n', first.Output.TakeLast(40))}");
        }

        await using var second = installation.Start(settings: _settings);
        await second.WaitUntilReadyAsync();
        await second.UseAdminKeyAsync();
        await second.PostAsync("/schedules/often/fire", [], HttpStatusCode.Accepted);
        await second.WaitForAsync("the end of every fire", async () =>
            (await second.GetAsync("/schedules/often"))["outcomes"]!.AsObject() is var outcomes
            && outcomes["waiting"]!.GetValue<int>() + outcomes["started"]!.GetValue<int>() == 0
            && outcomes["finished"]!.GetValue<int>() == 1 ? outcomes : null);

        Assert.That(await installation.ReadAsync(db => db.Pipelines.CountAsync()), Is.EqualTo(1), "the data are the same every time");
        Assert.That(
            await installation.ReadAsync(db => db.ScheduleFires.CountAsync(f => f.PipelineId == null && f.Outcome != FireOutcome.Missed)),
            Is.Zero);
    }

    private static IEnumerable<TestCaseData> Matrix() =>
        from stack in Enum.GetValues<Stack>()
        from point in FaultPoints.OfSchedule.Concat(["pipeline.before-commit", "pipeline.after-commit"])
        select new TestCaseData(stack, point);

    private static async Task FireUnlessKilledAsync(FltsProcess flts)
    {
        try
        {
            await flts.WaitUntilReadyAsync();
            await flts.UseAdminKeyAsync();
            await flts.PostAsync("/schedules/often/fire", [], HttpStatusCode.Accepted);
        }
        catch (Exception e) when (e is HttpRequestException or InvalidOperationException)
        {
            // Killed before it could answer; the exit code tells.
        }
    }
}
