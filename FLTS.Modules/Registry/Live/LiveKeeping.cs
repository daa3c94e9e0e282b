using System.Text.Json.Nodes;
using FLTS.Forecasting.Series;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Live;

/// <summary>How long live rows are kept, in the time of the data: hours become days, forecasts and blocks go.</summary>
internal static class LiveKeeping
{
    /// <summary>Days in which errors are kept by hour.</summary>
    public const int HourDays = 90;

    /// <summary>Days in which forecasts are kept.</summary>
    public const int ForecastDays = 14;

    /// <summary>Seasons, and hours (<see cref="TimeBuckets"/>), in which blocks are kept at least: five windows of evidence.</summary>
    private const int BlockSeasons = 10, BlockBuckets = 240;

    /// <summary>Once a day of data. Part of the caller's transaction.</summary>
    /// <param name="db">The transaction.</param>
    /// <param name="station">Whose.</param>
    /// <param name="newest">The newest row that is scored.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task TidyAsync(
        RegistryDbContext db, LiveStationRow station, DateTimeOffset newest, CancellationToken cancellation)
    {
        var identifier = station.Identifier;
        var cut = new DateTimeOffset(newest.UtcDateTime.Date, TimeSpan.Zero).AddDays(-HourDays);
        if (station.ThinnedTo >= cut || station.Step is null)
            return;

        var step = StepOf(station);
        if (new TimeBuckets(step).Length < TimeSpan.FromDays(1))
            await ThinAsync(db, identifier, cut, cancellation);
        var forecasts = newest.AddDays(-ForecastDays);
        await db.LiveForecasts.Where(f => f.Identifier == identifier && f.Origin < forecasts).ExecuteDeleteAsync(cancellation);
        var blocks = newest - BlockSpan(step);
        await db.LiveBlocks.Where(b => b.Identifier == identifier && b.Start < blocks).ExecuteDeleteAsync(cancellation);
        await db.LiveStations.Where(s => s.Identifier == identifier)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.ThinnedTo, cut), cancellation);
    }

    /// <summary>The step between the rows of a station that was looked at.</summary>
    public static SeriesStep StepOf(LiveStationRow station)
    {
        var json = JsonNode.Parse(station.Step!)!.AsObject();
        return SeriesStep.FromJson(json["seconds"]!.GetValue<double>(), json["step"]?.AsObject());
    }

    /// <summary>As <see cref="StepOf"/> reads it.</summary>
    public static string TextOf(SeriesStep step)
    {
        var json = new JsonObject { ["seconds"] = step.Duration.TotalSeconds };
        if (step.ToJson() is { } more)
            json["step"] = more;
        return json.ToJsonString();
    }

    private static TimeSpan BlockSpan(SeriesStep step)
    {
        var seasons = step.Duration * ((double)BlockSeasons * Season.Steps(step));
        var buckets = new TimeBuckets(step).Length * BlockBuckets;
        return new[] { TimeSpan.FromDays(ForecastDays), seasons, buckets }.Max();
    }

    /// <summary>The sums of a day are those of its hours.</summary>
    private static async Task ThinAsync(RegistryDbContext db, Identifier identifier, DateTimeOffset cut, CancellationToken cancellation)
    {
        var old = db.LiveErrors.Where(e => e.Identifier == identifier && !e.IsDay && e.Start < cut);
        var days = (await old.AsNoTracking().ToListAsync(cancellation))
            .GroupBy(e => (e.Model, e.Lead, Day: new DateTimeOffset(e.Start.UtcDateTime.Date, TimeSpan.Zero)))
            .Select(g => new LiveErrorRow
            {
                Identifier = identifier,
                Model = g.Key.Model,
                Lead = g.Key.Lead,
                Start = g.Key.Day,
                IsDay = true,
                Cells = g.Sum(e => e.Cells),
                Matched = g.Sum(e => e.Matched),
                Absolutes = g.Sum(e => e.Absolutes),
                Squares = g.Sum(e => e.Squares),
                Errors = g.Sum(e => e.Errors),
                With80 = g.Sum(e => e.With80),
                Inside80 = g.Sum(e => e.Inside80),
                With95 = g.Sum(e => e.With95),
                Inside95 = g.Sum(e => e.Inside95),
                IntervalScores = g.Sum(e => e.IntervalScores),
            })
            .ToList();
        await old.ExecuteDeleteAsync(cancellation);
        db.LiveErrors.AddRange(days);
        await db.SaveChangesAsync(cancellation);
        db.ChangeTracker.Clear();
    }
}
