using System.Text.Json.Nodes;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Sources;

/// <summary>The options stored with datasets: every read and change of their rows.</summary>
internal static class StoredOptions
{
    /// <summary>The options of a dataset; none where none are stored.</summary>
    public static async Task<SourceOptions> OfAsync(RegistryDbContext db, DatasetName name, CancellationToken cancellation) =>
        Parse(await db.SourceOptions.AsNoTracking().FirstOrDefaultAsync(o => o.Name == name, cancellation));

    /// <summary>As a row has them; none where there is no row.</summary>
    public static SourceOptions Parse(SourceOptionsRow? row) =>
        row is null ? SourceOptions.None : SourceOptions.Parse(JsonNode.Parse(row.Options)!.AsObject());

    /// <summary>Puts options in the place of those that are stored. Part of the caller's transaction.</summary>
    /// <exception cref="ConflictException">Another zone, and measurements were taken in the one that is stored.</exception>
    public static async Task SetAsync(
        RegistryDbContext db, DatasetName name, SourceOptions options, DateTimeOffset now, CancellationToken cancellation)
    {
        var (zone, before) = (options.Config.Timezone, (await OfAsync(db, name, cancellation)).Config.Timezone);
        if (zone != before && await HasMeasurementsAsync(db, name, cancellation))
            throw new ConflictException(
                $"The measurements that were sent to '{name}' are times {Shown(before)} and cannot become times {Shown(zone)}; keep the "
                + "zone, or put the files as a dataset of another name.");

        var row = new SourceOptionsRow { Name = name, Options = options.Json, ChangedAt = now };
        if (!await db.InsertIfAbsentAsync(row, cancellation))
            await db.SourceOptions.Where(o => o.Name == name).ExecuteUpdateAsync(
                set => set.SetProperty(o => o.Options, row.Options).SetProperty(o => o.ChangedAt, now), cancellation);
    }

    /// <summary>Of the dataset, or of a series of it.</summary>
    private static async Task<bool> HasMeasurementsAsync(RegistryDbContext db, DatasetName name, CancellationToken cancellation)
    {
        foreach (var dataset in await db.MeasurementLogs.Select(l => l.Dataset).ToListAsync(cancellation))
        {
            if ((dataset == name || SourceSeries.WholesOf(dataset).Contains(name))
                && await db.Measurements.AnyAsync(m => m.Dataset == dataset, cancellation))
                return true;
        }

        return false;
    }

    private static string Shown(string? zone) => zone is null ? "without a zone" : $"of {zone}";
}
