using System.Data;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Measurements;

/// <summary>A log as it was at a count of changes: of each time the newest revision, in the order of time.</summary>
internal sealed record LoggedRows(long Changes, IReadOnlyList<MeasurementRow> Rows);

/// <summary>How much there is in a log.</summary>
internal sealed record LogSummary(long Rows, long Times, DateTimeOffset First, DateTimeOffset Last, DateTimeOffset KnownAt);

/// <summary>Reads the append log.</summary>
internal sealed class MeasurementReader(IDbContextFactory<RegistryDbContext> registry)
{
    /// <summary>How often the log of a dataset was changed; 0: it has none.</summary>
    public async Task<long> ChangesAsync(DatasetName dataset, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await ChangesAsync(db, dataset, cancellation);
    }

    /// <summary>All of it.</summary>
    public Task<LoggedRows> AllAsync(DatasetName dataset, CancellationToken cancellation) => AtOnceAsync(
        dataset,
        async db => await NewestRevisions(db, dataset).OrderBy(m => m.Ts).ToListAsync(cancellation),
        cancellation);

    /// <summary>Its end.</summary>
    /// <param name="dataset">Whose log.</param>
    /// <param name="rows">At least so many, where there are so many.</param>
    /// <param name="span">All that lie so long before the newest too; null: no more than these.</param>
    /// <param name="cancellation">Stops it.</param>
    public Task<LoggedRows> NewestAsync(DatasetName dataset, int rows, TimeSpan? span, CancellationToken cancellation) => AtOnceAsync(
        dataset,
        async db =>
        {
            var newest = await NewestRevisions(db, dataset).OrderByDescending(m => m.Ts).Take(rows).ToListAsync(cancellation);
            if (span is { } length && newest.Count == rows && newest[^1].Ts > newest[0].Ts - length)
            {
                var from = newest[0].Ts - length;
                newest = await NewestRevisions(db, dataset).Where(m => m.Ts >= from).OrderByDescending(m => m.Ts).ToListAsync(cancellation);
            }

            newest.Reverse();
            return newest;
        },
        cancellation);

    /// <summary>Those from a time on.</summary>
    /// <param name="dataset">Whose log.</param>
    /// <param name="from">The first.</param>
    /// <param name="most">No more than so many.</param>
    /// <param name="cancellation">Stops it.</param>
    public Task<LoggedRows> FromAsync(DatasetName dataset, DateTimeOffset from, int most, CancellationToken cancellation) => AtOnceAsync(
        dataset,
        db => NewestRevisions(db, dataset).Where(m => m.Ts >= from).OrderBy(m => m.Ts).Take(most).ToListAsync(cancellation),
        cancellation);

    /// <summary>Those from a time on that were written after a count of changes.</summary>
    /// <param name="dataset">Whose log.</param>
    /// <param name="from">The first.</param>
    /// <param name="after">The count.</param>
    /// <param name="cancellation">Stops it.</param>
    public Task<LoggedRows> WrittenAfterAsync(
        DatasetName dataset, DateTimeOffset from, long after, CancellationToken cancellation) => AtOnceAsync(
        dataset,
        async db =>
        {
            // Looked for by the count alone: told the time too, SQLite goes through all the rows of that time.
            var written = await NewestRevisions(db, dataset).Where(m => m.Change > after).OrderBy(m => m.Change).ToListAsync(cancellation);
            return [.. written.Where(m => m.Ts >= from).OrderBy(m => m.Ts)];
        },
        cancellation);

    /// <summary>
    /// Times of rows that were written after a count of changes, up to another: the last up to a time, and those behind it in order.
    /// </summary>
    /// <param name="dataset">Whose log.</param>
    /// <param name="changes">The counts; after 0 counts all there is, also what came before rows were counted.</param>
    /// <param name="behind">The time; null: before all.</param>
    /// <param name="most">Of the latter.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<IReadOnlyList<DateTimeOffset>> TimesWrittenAsync(
        DatasetName dataset, (long After, long UpTo) changes, DateTimeOffset? behind, int most, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var (after, upTo) = changes;
        if (after > 0)
        {
            // As in WrittenAfterAsync. Of few it is soon told which are behind the time.
            var few = await db.Measurements
                .Where(m => m.Dataset == dataset && m.Change > after && m.Change <= upTo)
                .OrderBy(m => m.Change)
                .Select(m => m.Ts)
                .Take(most)
                .ToListAsync(cancellation);
            if (few.Count < most)
            {
                List<DateTimeOffset> sorted = [.. few.Distinct().Order()];
                return sorted[Math.Max(0, sorted.FindLastIndex(t => t <= behind))..];
            }
        }

        var times = db.Measurements
            .Where(m => m.Dataset == dataset && m.Change <= upTo && (m.Change > after || after == 0))
            .Select(m => m.Ts);
        if (behind is not { } time)
            return await times.Distinct().OrderBy(t => t).Take(most).ToListAsync(cancellation);

        var before = await times.Where(t => t <= time).OrderByDescending(t => t).Take(1).ToListAsync(cancellation);
        return [.. before, .. await times.Where(t => t > time).Distinct().OrderBy(t => t).Take(most).ToListAsync(cancellation)];
    }

    /// <summary>The newest revision of the row nearest to a time; null: none lies so near.</summary>
    public async Task<MeasurementRow?> NearestAsync(
        DatasetName dataset, DateTimeOffset time, TimeSpan within, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var (first, last) = (time - within, time + within);
        var near = await NewestRevisions(db, dataset).Where(m => m.Ts >= first && m.Ts <= last).ToListAsync(cancellation);
        return near.MinBy(m => (m.Ts - time).Duration());
    }

    /// <summary>When the newest row came; null: there is none.</summary>
    public async Task<DateTimeOffset?> NewestKnownAtAsync(DatasetName dataset, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.Measurements.Where(m => m.Dataset == dataset)
            .OrderByDescending(m => m.Ts).ThenBy(m => m.Revision)
            .Select(m => (DateTimeOffset?)m.KnownAt)
            .FirstOrDefaultAsync(cancellation);
    }

    /// <summary>What is in it; null: nothing.</summary>
    public async Task<LogSummary?> SummaryAsync(DatasetName dataset, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.Measurements.Where(m => m.Dataset == dataset)
            .GroupBy(m => m.Dataset)
            .Select(g => new LogSummary(
                g.LongCount(), g.LongCount(m => m.Revision == 1), g.Min(m => m.Ts), g.Max(m => m.Ts), g.Max(m => m.KnownAt)))
            .FirstOrDefaultAsync(cancellation);
    }

    /// <summary>Count and rows of one moment, whoever writes meanwhile.</summary>
    private async Task<LoggedRows> AtOnceAsync(
        DatasetName dataset, Func<RegistryDbContext, Task<List<MeasurementRow>>> read, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await using var moment = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        return new LoggedRows(await ChangesAsync(db, dataset, cancellation), await read(db));
    }

    private static Task<long> ChangesAsync(RegistryDbContext db, DatasetName dataset, CancellationToken cancellation) =>
        db.MeasurementLogs.Where(l => l.Dataset == dataset).Select(l => l.Changes).FirstOrDefaultAsync(cancellation);

    private static IQueryable<MeasurementRow> NewestRevisions(RegistryDbContext db, DatasetName dataset) =>
        db.Measurements.AsNoTracking().Where(m => m.Dataset == dataset && !db.Measurements.Any(
            later => later.Dataset == dataset && later.Ts == m.Ts && later.Revision > m.Revision));
}
