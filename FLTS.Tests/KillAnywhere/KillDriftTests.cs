using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using FLTS.Modules.Registry.Schema;
using FLTS.Tests.EndToEnd;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;

namespace FLTS.Tests.KillAnywhere;

/// <summary>
/// The process is killed between what a look at live errors notices and what is done about it, and started again: it is noticed once and
/// done once.
/// </summary>
[TestFixture, Parallelizable(ParallelScope.All), Category(TestCategories.Slow), Category(TestCategories.Soak)]
internal sealed class KillDriftTests
{
    private const int Killed = 137, Known = 300, Season = 720, Hour = 30;

    [TestCaseSource(nameof(Matrix))]
    public async Task Killed_anywhere_what_is_noticed_is_done_once(Stack stack, string point)
    {
        await using var installation = await Installation.CreateAsync(stack);
        var (champion, rows) = await WatchedAsync(installation);
        var settings = point == "drift.retrained" ? Acting("Retraining", ("Monitoring:RetrainAfterRows", "1")) : Acting("Rollback");
        await installation.WriteAsync(db => db.LiveErrors
            .Where(e => e.Model == LiveModelRow.ModelOf(champion))
            .ExecuteUpdateAsync(set => set.SetProperty(e => e.Absolutes, 1e6))); // Forecasts that were far beside.
        await using (var first = installation.Start(point, settings: settings))
        {
            await first.WaitUntilReadyAsync();
            await first.UseAdminKeyAsync();
            await AppendAsync(first, rows, Hour + 1);
            Assert.That(
                await first.WaitForExitAsync(),
                Is.EqualTo(Killed),
                $"{point} was not reached:\n{string.Join('\n', first.Output.TakeLast(40))}");
        }

        await using var second = installation.Start(settings: settings);
        await second.WaitUntilReadyAsync();
        await second.UseAdminKeyAsync();
        await AppendAsync(second, rows, (2 * Hour) + 1);

        await second.WaitForAsync("what was noticed to be done", async () =>
            await EventsAsync(installation) is [{ ActedAt: not null }] ? new object() : null);
        var told = (await EventsAsync(installation)).Single();
        Assert.That(told.Error, Is.Null);
        var (live, pipelines) = (
            await installation.ReadAsync(db => db.PromotionAttempts.CountAsync(a => a.Trigger == AttemptTrigger.Live)),
            await installation.ReadAsync(db => db.Pipelines.CountAsync()));
        Assert.That(
            (told.Kind, told.Action, live, pipelines),
            Is.EqualTo(
                point == "drift.retrained"
                    ? (DriftKind.Rows, DriftAction.Retrain, 0, 2)
                    : (DriftKind.Gross, DriftAction.Rollback, 1, 1)));
    }

    private static IEnumerable<TestCaseData> Matrix() =>
        from stack in Enum.GetValues<Stack>()
        from point in FaultPoints.OfDecisions
        select new TestCaseData(stack, point);

    private static Dictionary<string, string> Acting(string what, params (string Key, string Value)[] more)
    {
        var settings = new Dictionary<string, string> { ["Monitoring:Retraining"] = "off", ["Monitoring:Rollback"] = "off" };
        settings[$"Monitoring:{what}"] = "act";
        foreach (var (key, value) in more)
            settings[key] = value;
        return settings;
    }

    /// <summary>A champion with a version before it, a season of rows that both were scored on, and what is usual for it.</summary>
    private static async Task<(RunId Champion, int Rows)> WatchedAsync(Installation installation)
    {
        await using var flts = installation.Start(settings: Acting("Retraining", ("Monitoring:Retraining", "off")));
        await flts.WaitUntilReadyAsync();
        await flts.UseAdminKeyAsync();
        await flts.WaitForEndAsync(await flts.StartPipelineAsync(
            new JsonObject { ["dataset"] = Installation.Dataset, ["model_types"] = new JsonArray("NAIVE", "EWMA") }));
        var promoted = await installation.ReadAsync(db => db.Champions.Select(c => c.RunId).SingleAsync());
        var other = await installation.ReadAsync(db => db.Runs.Where(r => r.RunId != promoted).Select(r => r.RunId).SingleAsync());
        await flts.PostAsync("/promote", new JsonObject { ["run_ids"] = new JsonArray(other.Value), ["force"] = true });
        await AppendAsync(flts, Known, Season);
        await flts.WaitForAsync("the rows to be scored, and what is usual", async () =>
            (await flts.GetAsync($"/live/{Installation.Dataset}"))["scored_to"]?.ToString() == Show(Known + Season - 1)
            && await installation.ReadAsync(db => db.LiveBaselines.AnyAsync(
                b => b.RunId == other && b.Status == BaselineStatus.Succeeded))
                ? new object()
                : null);
        return (other, Known + Season);
    }

    private static async Task AppendAsync(FltsProcess flts, int from, int count)
    {
        try
        {
            using var rows = new StringContent(
                "time,down,up\n" + string.Concat(Enumerable.Range(from, count).Select(i => string.Create(
                    CultureInfo.InvariantCulture, $"{Show(i)},{100 + (i % 50)},{20 + (i % 30)}\n"))),
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

    private static async Task<List<DriftEventRow>> EventsAsync(Installation installation) =>
        await installation.ReadAsync(db => db.DriftEvents.AsNoTracking().Where(e => e.Kind != DriftKind.Stale).ToListAsync());

    private static string Show(int row) =>
        new DateTime(2026, 1, 5).AddMinutes(2 * row).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
}
