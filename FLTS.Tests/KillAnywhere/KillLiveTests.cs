using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using FLTS.Tests.EndToEnd;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;

namespace FLTS.Tests.KillAnywhere;

/// <summary>
/// The process is killed between any two writes of live scoring, and started again: every row that came is scored once, by itself.
/// </summary>
[TestFixture, Parallelizable(ParallelScope.All), Category(TestCategories.Slow), Category(TestCategories.Soak)]
internal sealed class KillLiveTests
{
    private const int Killed = 137, Rows = 20;

    [TestCaseSource(nameof(Matrix))]
    public async Task Killed_anywhere_every_row_is_scored_once(Stack stack, string point)
    {
        await using var installation = await Installation.CreateAsync(stack);
        await using (var first = installation.Start($"{point}#{FaultPoints.Times(point)}"))
        {
            await first.WaitUntilReadyAsync();
            await first.UseAdminKeyAsync();
            await MeasureUnlessKilledAsync(first);
            Assert.That(
                await first.WaitForExitAsync(),
                Is.EqualTo(Killed),
                $"{point} was not reached:\n{string.Join('\n', first.Output.TakeLast(40))}");
        }

        await using var second = installation.Start();
        await second.WaitUntilReadyAsync();
        await second.UseAdminKeyAsync();
        await MeasureUnlessKilledAsync(second);
        var live = await second.WaitForAsync("the newest row to be scored", async () =>
            await second.GetAsync($"/live/{Installation.Dataset}") is var view
            && view["scored_to"]?.ToString() == Show(300 + Rows - 1) ? view : null);

        Assert.That(live["hours"]!.AsArray().Sum(h => h!["champion"]!["matched"]!.GetValue<int>()), Is.EqualTo(2 * Rows));
        var roles = await installation.ReadAsync(db => db.LiveModels.Where(m => m.UntilTs == null).Select(m => m.Role).ToListAsync());
        Assert.That(roles, Is.Unique);
        var intervals = await installation.ReadAsync(db => db.LiveIntervals.SingleAsync());
        Assert.That(intervals.Revision, Is.EqualTo(Rows), "each truth moved the intervals once");
        var station = await installation.ReadAsync(db => db.LiveStations.SingleAsync());
        var log = await installation.ReadAsync(db => db.MeasurementLogs.SingleAsync());
        Assert.That((station.Changes, station.Target), Is.EqualTo((log.Changes, (long?)null)));
    }

    private static IEnumerable<TestCaseData> Matrix() =>
        from stack in Enum.GetValues<Stack>()
        from point in FaultPoints.OfLive.Concat(FaultPoints.OfBaseline)
        select new TestCaseData(stack, point);

    /// <summary>A champion where there is none, and rows behind its 300.</summary>
    private static async Task MeasureUnlessKilledAsync(FltsProcess flts)
    {
        try
        {
            await flts.WaitForEndAsync(await flts.StartPipelineAsync(
                new JsonObject { ["dataset"] = Installation.Dataset, ["model_types"] = new JsonArray("NAIVE") }));
            using var rows = new StringContent(
                "time,down,up\n" + string.Concat(Enumerable.Range(300, Rows).Select(i => string.Create(
                    CultureInfo.InvariantCulture, $"{Show(i)},{100 + i},{20 + i}\n"))),
                Encoding.UTF8,
                "text/csv");
            using var answer = await flts.Http.PostAsync(new Uri($"/datasets/{Installation.Dataset}/rows", UriKind.Relative), rows);
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), await answer.Content.ReadAsStringAsync());
        }
        catch (HttpRequestException)
        {
            // Killed before it could answer; the exit code tells.
        }
    }

    private static string Show(int row) =>
        new DateTime(2026, 1, 5).AddMinutes(2 * row).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
}
