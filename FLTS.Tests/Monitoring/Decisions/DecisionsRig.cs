using System.Text.Json;
using FLTS.Forecasting.Live;
using FLTS.Modules.Evaluation.Promotion;
using FLTS.Modules.Monitoring;
using FLTS.Modules.Monitoring.Decisions;
using FLTS.Modules.Registry.Drift;
using FLTS.Modules.Registry.Measurements;
using FLTS.Modules.Registry.Schema;
using FLTS.Tests.Pipeline;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;

namespace FLTS.Tests.Monitoring.Decisions;

/// <summary>
/// A station of two minutes with a champion (version 2, NAIVE) and the version before it (EWMA), and the real modules of all steps; what
/// was scored live is written by the test.
/// </summary>
internal static class DecisionsRig
{
    public static readonly Identifier Station = new("station");

    /// <summary>From when models are scored.</summary>
    public static readonly DateTime Begin = new(2026, 4, 1);

    public static async Task<(RegistryUnderTest Registry, RunId Champion, RunId Before)> StartAsync(
        Stack stack, string retraining, string rollback)
    {
        var registry = await PipelineUnderTest.StartAsync(stack, services => new MonitoringModule().AddServices(
            services,
            new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Monitoring:Retraining"] = retraining,
                ["Monitoring:Rollback"] = rollback,
                ["Monitoring:BacktestNewData"] = "false",
            }).Build()));
        var pipeline = (await registry.StartPipelineAsync()).PipelineId;
        await registry.WorkAsync();
        var (before, champion) = (
            (await registry.RunOfAsync(pipeline, "EWMA")).RunId, (await registry.RunOfAsync(pipeline, "NAIVE")).RunId);
        await PromoteAsync(registry, before);
        await PromoteAsync(registry, champion);
        await registry.UseAsync(db => db.Pipelines.ExecuteUpdateAsync(set => set.SetProperty(p => p.CreatedAt, Rows.Now)));
        return (registry, champion, before);
    }

    /// <summary>Hours of errors one step ahead, and blocks of the same.</summary>
    /// <param name="registry">Whose.</param>
    /// <param name="champion">The run in force.</param>
    /// <param name="before">The version before.</param>
    /// <param name="hours">So many, from <see cref="Begin"/> on.</param>
    /// <param name="errors">Of the champion, the version before and EWMA, by hour.</param>
    public static async Task ScoredAsync(
        this RegistryUnderTest registry,
        RunId champion,
        RunId before,
        int hours,
        Func<int, (double Champion, double Before, double Ewma)> errors)
    {
        (string Model, LiveRole Role, RunId Run, Func<int, double> Error)[] models =
        [
            (LiveModelRow.ModelOf(champion), LiveRole.Champion, champion, h => errors(h).Champion),
            (LiveModelRow.ModelOf(before), LiveRole.Previous, before, h => errors(h).Before),
            (LiveModelRow.ModelOf(champion, "EWMA"), LiveRole.Baseline, champion, h => errors(h).Ewma),
        ];
        foreach (var (model, role, run, error) in models)
        {
            await registry.InsertAsync(new LiveModelRow
            {
                Identifier = Station,
                Model = model,
                Role = role,
                RunId = run,
                FromTs = MeasurementLog.Instant(Begin),
                Leads = "[1]",
                Targets = "[\"load\"]",
            });
            foreach (var hour in Enumerable.Range(0, hours))
                await HourAsync(registry, model, hour, error(hour));
        }

        await registry.InsertAsync(new LiveStationRow { Identifier = Station, Dataset = new("station") });
        await registry.UseAsync(db => db.LiveStations.ExecuteUpdateAsync(
            set => set.SetProperty(s => s.ScoredTo, MeasurementLog.Instant(Begin.AddHours(hours).AddMinutes(-2)))));
    }

    /// <summary>Rows that came as they should, or each so many steps late.</summary>
    public static Task MeasuredAsync(this RegistryUnderTest registry, int rows, Func<int, int> stepsLate) =>
        registry.AddRowsAsync([.. Enumerable.Range(0, rows).Select(i => new MeasurementRow
        {
            Dataset = new("station"),
            Ts = MeasurementLog.Instant(Begin.AddMinutes(2 * i)),
            Revision = 1,
            Values = "{}",
            KnownAt = MeasurementLog.Instant(Begin.AddMinutes(2 * (i + stepsLate(i)))),
        })]);

    /// <summary>Rows that came so many at once, each delivery with its last row.</summary>
    public static Task DeliveredAsync(this RegistryUnderTest registry, int deliveries, int rows) =>
        registry.AddRowsAsync([.. Enumerable.Range(0, deliveries * rows).Select(i => new MeasurementRow
        {
            Dataset = new("station"),
            Ts = MeasurementLog.Instant(Begin.AddMinutes(2 * i)),
            Revision = 1,
            Values = "{}",
            KnownAt = MeasurementLog.Instant(Begin.AddMinutes(2 * ((((i / rows) + 1) * rows) - 1))),
        })]);

    /// <summary>What is usual: both as good as EWMA, give or take a tenth.</summary>
    public static async Task UsualAsync(this RegistryUnderTest registry, RunId champion, RunId before)
    {
        await registry.Get<BaselineStep>().EnsureAsync(Station, champion, before, default);
        var usual = new BaselineResult(
            new DriftBaseline(0.05, [.. Enumerable.Repeat(0.0, 24)], [.. Enumerable.Repeat(0.1, 24)], 900), 0.01, 120, null);
        var json = JsonSerializer.Serialize(usual, RegistryJson.Options);
        await registry.UseAsync(db => db.LiveBaselines.ExecuteUpdateAsync(
            set => set.SetProperty(b => b.Result, json).SetProperty(b => b.Status, BaselineStatus.Succeeded)));
    }

    public static Task LookAsync(this RegistryUnderTest registry) => registry.Get<LiveDecisions>().LookAsync(Station, default);

    public static async Task<IReadOnlyList<DriftEventView>> EventsAsync(this RegistryUnderTest registry) =>
        [.. (await registry.Get<DriftEvents>().ListAsync(Station, 500, null, default)).Items.OrderBy(e => e.Ts)];

    public static Task<List<ChampionRow>> LedgerAsync(this RegistryUnderTest registry) =>
        registry.UseAsync(db => db.Champions.AsNoTracking().OrderBy(c => c.Version).ToListAsync());

    private static async Task HourAsync(RegistryUnderTest registry, string model, int hour, double error)
    {
        const int Cells = 30;
        var start = Begin.AddHours(hour);
        await registry.InsertAsync(new LiveErrorRow
        {
            Identifier = Station,
            Model = model,
            Lead = 1,
            Start = MeasurementLog.Instant(start),
            Cells = Cells,
            Matched = Cells,
            Absolutes = Cells * error,
            Squares = Cells * error * error,
            Errors = 0,
            With80 = Cells,
            Inside80 = 24,
            With95 = Cells,
            Inside95 = 28,
            IntervalScores = 1,
        });
        for (var block = 0; block < 3; block++)
        {
            await registry.InsertAsync(new LiveBlockRow
            {
                Identifier = Station,
                Model = model,
                Start = MeasurementLog.Instant(start.AddMinutes(20 * block)),
                Cells = 10,
                Loss = error,
            });
        }
    }

    private static async Task PromoteAsync(RegistryUnderTest registry, RunId run) => await registry.Get<PromoteService>().PromoteAsync(
        PromoteRequest.Parse(JsonSerializer.SerializeToElement(new { run_ids = new[] { run.Value }, force = true })), null, default);
}
