using System.Globalization;
using System.Text;
using FLTS.Forecasting.Live;
using FLTS.Modules.Datasets;
using FLTS.Modules.Monitoring;
using FLTS.Modules.Registry.Live;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Sources;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FLTS.Tests.Monitoring;

/// <summary>
/// Stations whose champion is one AR run, each with a dataset of its own of rows every ten minutes or as a test says, and the real modules
/// that score them.
/// </summary>
internal static class LiveRig
{
    public const int FileRows = 400;

    private const int TenMinutes = 600;

    public static readonly DateTime Start = new(2026, 1, 5);

    /// <summary>A row's values: two tides, and what differs from row to row.</summary>
    public static (double Load, double Flow) At(int row, int correction = 0) => (
        Math.Round(100 + (40 * Math.Sin(row / 23.0)) + (row * 7919 % 13) + (3 * correction), 3),
        Math.Round(20 + (5 * Math.Cos(row / 17.0)) + (row * 104_729 % 7 / 4.0) - correction, 3));

    public static DateTime Time(int row, int seconds = TenMinutes) => Start.AddSeconds((double)seconds * row);

    /// <summary>With the run that is every station's champion.</summary>
    public static async Task<(RegistryUnderTest Registry, RunRow Run)> StartAsync(
        Stack stack, string type = "AR", int seconds = TenMinutes)
    {
        var registry = await Steps.ReadyAsync(stack, Add);
        var data = await registry.QueueDatasetAsync(Csv(0, FileRows, seconds));
        await registry.PrepareAsync(data);
        var run = await registry.QueueRunAsync(data, type);
        await registry.RunStepAsync(StepNames.Train, run.RunId.Value);
        return (registry, await registry.RunAsync(run.RunId));
    }

    /// <summary>A second process beside one.</summary>
    public static RegistryUnderTest Beside(RegistryUnderTest registry, params (string Key, string Value)[] settings) =>
        registry.Again((services, _) => Add(services, settings));

    /// <summary>A station with a dataset of the same name.</summary>
    public static async Task<Identifier> StationAsync(
        this RegistryUnderTest registry, string name, RunRow run, int seconds = TenMinutes)
    {
        using var file = new MemoryStream(Encoding.UTF8.GetBytes(Csv(0, FileRows, seconds)));
        await registry.Get<ISourceCatalog>().AddAsync(new(name), "train", file, default);
        var data = Rows.Dataset($"hash-{name}");
        (data.Identifier, data.SourceName) = (new(name), new(name));
        var attempt = Rows.Attempt($"attempt-{name}");
        var champion = Rows.Champion(attempt: $"attempt-{name}", run: run.RunId.Value);
        (champion.Identifier, champion.ConfigHash, champion.ModelType) = (new(name), data.ConfigHash, run.ModelType);
        await registry.AddRowsAsync(data);
        await registry.AddRowsAsync(attempt);
        await registry.AddRowsAsync(champion);
        await registry.AddRowsAsync(new LiveStationRow { Identifier = new(name) });
        return new Identifier(name);
    }

    /// <summary>Sends rows, a request of them; their times may lie behind the grid.</summary>
    public static async Task SendAsync(
        this RegistryUnderTest registry,
        Identifier station,
        IEnumerable<(int Row, int Correction)> rows,
        int seconds = TenMinutes,
        TimeSpan behind = default)
    {
        var appender = registry.Get<RowAppender>();
        var sent = rows.Select(r => (r.Row, Values: At(r.Row, r.Correction))).Select(r => new[]
        {
            (Time(r.Row, seconds) + behind).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
            r.Values.Load.ToString(CultureInfo.InvariantCulture),
            r.Values.Flow.ToString(CultureInfo.InvariantCulture),
        });
        await appender.AppendAsync(
            await appender.FilesAsync(new(station.Value), [], default),
            new SentRows(["time", "load", "flow"], [.. sent], 0),
            mayComeAgain: false,
            default);
    }

    public static Task SendAsync(
        this RegistryUnderTest registry, Identifier station, int from, int count, int seconds = TenMinutes) =>
        registry.SendAsync(station, Enumerable.Range(from, count).Select(row => (row, 0)), seconds);

    public static Task TurnAsync(this RegistryUnderTest registry, Identifier station) =>
        registry.RunStepAsync("live_stations", station.Value);

    /// <summary>Turn after turn until nothing is left.</summary>
    /// <returns>How many it took.</returns>
    public static async Task<int> ScoreAsync(this RegistryUnderTest registry, Identifier station)
    {
        var turns = 0;
        for (; await registry.Get<LiveStep>().IsDueAsync(station, default); turns++)
        {
            await registry.TurnAsync(station);
            if ((await registry.LiveAsync(station)).Error is { } error)
                throw new InvalidOperationException(error);
        }

        return turns;
    }

    public static Task<LiveStationRow> LiveAsync(this RegistryUnderTest registry, Identifier station) =>
        registry.UseAsync(db => db.LiveStations.AsNoTracking().SingleAsync(s => s.Identifier == station));

    /// <summary>All that was found, by its key.</summary>
    public static Task<SortedDictionary<string, double[]>> FoundAsync(this RegistryUnderTest registry, Identifier station) =>
        registry.UseAsync(async db =>
        {
            var found = new SortedDictionary<string, double[]>(StringComparer.Ordinal);
            foreach (var e in await db.LiveErrors.AsNoTracking().Where(e => e.Identifier == station).ToListAsync())
            {
                found[$"{e.Model} {e.Lead} {e.Start:O}"] =
                [
                    e.Cells, e.Matched, e.Absolutes, e.Squares, e.Errors, e.With80, e.Inside80, e.With95, e.Inside95, e.IntervalScores,
                ];
            }

            foreach (var b in await db.LiveBlocks.AsNoTracking().Where(b => b.Identifier == station).ToListAsync())
                found[$"{b.Model} block {b.Start:O}"] = [b.Cells, b.Loss];
            foreach (var f in await db.LiveForecasts.AsNoTracking().Where(f => f.Identifier == station).ToListAsync())
            {
                found[$"{f.Model} forecast {f.Origin:O}"] =
                    [.. Enumerable.Range(0, f.Packed.Length / 4).Select(i => (double)BitConverter.ToSingle(f.Packed, 4 * i))];
            }

            foreach (var i in await db.LiveIntervals.AsNoTracking().Where(i => i.Identifier == station).ToListAsync())
            {
                var windows = IntervalWindows.Unpack(i.Windows, targets: 2);
                foreach (var (knot, target, level) in from k in windows.Knots
                                                      from m in new[] { 0, 1 }
                                                      from l in AdaptedIntervals.Levels
                                                      select (k, m, l))
                {
                    var (low, high) = windows.Quantiles(target, knot, level) ?? (0, 0);
                    found[$"{i.RunId} window of forecasts {knot} {target} {level}"] = [low, high];
                }
            }

            return found;
        });

    public static string Csv(int from, int count, int seconds = TenMinutes)
    {
        var csv = new StringBuilder("time,load,flow\n");
        for (var row = from; row < from + count; row++)
        {
            var (load, flow) = At(row);
            csv.Append(CultureInfo.InvariantCulture, $"{Time(row, seconds):yyyy-MM-dd HH:mm:ss},{load},{flow}\n");
        }

        return csv.ToString();
    }

    private static void Add(IServiceCollection services) => Add(services, []);

    private static void Add(IServiceCollection services, (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.ToDictionary(s => s.Key, s => (string?)s.Value)).Build();
        new MonitoringModule().AddServices(services, configuration);
        new DatasetsModule().AddServices(services, configuration);
        services.AddSingleton<IJobQueues, NoJobs>();
    }

    private sealed class NoJobs : IJobQueues
    {
        public void Enqueue(StepTask task, StepWake wake)
        {
            // The tests do the step themselves.
        }
    }
}
