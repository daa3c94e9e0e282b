using FLTS.Forecasting.Series;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Sources;
using FLTS.Modules.Registry.Steps;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Measurements;

/// <summary>
/// The append log: every row of a dataset that came after its files, with all that was said of it since. Every change of its rows.
/// </summary>
internal sealed class MeasurementLog(
    IDbContextFactory<RegistryDbContext> registry,
    SourceForms forms,
    FileValues inFiles,
    SourceVersions versions,
    MeasurementCounter counter,
    EventPublisher publisher)
{
    /// <summary>Rows of one statement.</summary>
    private const int Chunk = 500;

    /// <summary>
    /// Takes rows: those of which the same is known already are left out, those of which something else is known become its next revision.
    /// </summary>
    /// <param name="files">Of the dataset, as they are now.</param>
    /// <param name="rows">In any order, their times as those of the files are read.</param>
    /// <param name="knownAt">When they came.</param>
    /// <param name="mayComeAgain">
    /// The same rows may be delivered once more, later: what any revision says already is left out, not only what the newest says.
    /// </param>
    /// <param name="cancellation">Stops before they are committed.</param>
    public async Task<TakenRows> TakeAsync(
        SourceFiles files, RawTable rows, DateTimeOffset knownAt, bool mayComeAgain, CancellationToken cancellation)
    {
        var form = await forms.OfAsync(files, cancellation);
        var (values, sent) = (new MeasuredValues(rows.Columns), new SortedDictionary<DateTime, string>());
        for (var row = 0; row < rows.Rows; row++)
            sent[rows.Timestamps[row]] = values.Of(rows, row);

        var stored = await inFiles.AtAsync(files, form, sent.Keys, cancellation);
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var change = await EnterAsync(db, files.Name, cancellation);
        var newest = await NewestAsync(db, files.Name, cancellation) is { } inLog && inLog > form.Last ? inLog : form.Last;
        var taken = new TakenRows();
        foreach (var chunk in sent.Chunk(Chunk))
        {
            var known = await KnownAsync(db, files.Name, chunk.Select(r => Instant(r.Key)), cancellation);
            foreach (var (time, now) in chunk)
            {
                var before = known[Instant(time)].ToList();
                var newestRevision = before.MaxBy(r => r.Revision);
                var counts = newestRevision is null || form.Overrules(time, newestRevision.KnownAt, files)
                    ? stored.GetValueOrDefault(time)
                    : newestRevision.Values;
                if (counts == now || (mayComeAgain && before.Exists(r => r.Values == now)))
                {
                    taken = taken with { Unchanged = taken.Unchanged + 1 };
                    continue;
                }

                taken = counts is not null ? taken with { Corrected = taken.Corrected + 1 }
                    : time > newest ? taken with { New = taken.New + 1 }
                    : taken with { Late = taken.Late + 1 };
                db.Measurements.Add(new MeasurementRow
                {
                    Dataset = files.Name,
                    Ts = Instant(time),
                    Revision = (newestRevision?.Revision ?? 0) + 1,
                    Values = now,
                    KnownAt = knownAt,
                    Change = change,
                });
            }

            await db.SaveChangesAsync(cancellation);
            db.ChangeTracker.Clear();
        }

        if (taken.Stored > 0)
        {
            FaultPoint.Reach("measurements.before-commit");
            await transaction.CommitAsync(cancellation);
            FaultPoint.Reach("measurements.after-commit");
            versions.CountAddition();
        }

        counter.Count(taken);
        if (taken.Stored > 0)
        {
            var last = sent.Keys.Last();
            await publisher.PublishAsync(new MeasurementsStored(files.Name, Instant(last > newest ? last : newest)), cancellation);
        }

        return taken;
    }

    /// <summary>
    /// Forgets the rows of a dataset. Part of the caller's transaction; what was made of the log before is not true of it then.
    /// </summary>
    public static async Task DeleteAsync(RegistryDbContext db, DatasetName dataset, CancellationToken cancellation)
    {
        await EnterAsync(db, dataset, cancellation);
        await db.Measurements.Where(m => m.Dataset == dataset).ExecuteDeleteAsync(cancellation);
    }

    /// <summary>Raises the count of changes, which holds up whoever else would write to this log until the transaction has ended.</summary>
    /// <returns>The count with this change.</returns>
    private static async Task<long> EnterAsync(RegistryDbContext db, DatasetName dataset, CancellationToken cancellation)
    {
        var log = db.MeasurementLogs.Where(l => l.Dataset == dataset);
        while (await log.ExecuteUpdateAsync(set => set.SetProperty(l => l.Changes, l => l.Changes + 1), cancellation) == 0)
            await db.InsertIfAbsentAsync(new MeasurementLogRow { Dataset = dataset, Changes = 0 }, cancellation);

        return await log.Select(l => l.Changes).SingleAsync(cancellation);
    }

    private static async Task<DateTime?> NewestAsync(RegistryDbContext db, DatasetName dataset, CancellationToken cancellation)
    {
        var newest = await db.Measurements.AsNoTracking()
            .Where(m => m.Dataset == dataset)
            .OrderByDescending(m => m.Ts)
            .Select(m => (DateTimeOffset?)m.Ts)
            .FirstOrDefaultAsync(cancellation);
        return newest is { } ts ? Time(ts) : null;
    }

    private static async Task<ILookup<DateTimeOffset, MeasurementRow>> KnownAsync(
        RegistryDbContext db, DatasetName dataset, IEnumerable<DateTimeOffset> times, CancellationToken cancellation)
    {
        List<DateTimeOffset> asked = [.. times];
        var rows = await db.Measurements.AsNoTracking()
            .Where(m => m.Dataset == dataset && asked.Contains(m.Ts))
            .ToListAsync(cancellation);
        return rows.ToLookup(m => m.Ts);
    }

    /// <summary>Times of a table are without kind.</summary>
    public static DateTimeOffset Instant(DateTime time) => new(time.Ticks, TimeSpan.Zero);

    public static DateTime Time(DateTimeOffset instant) => new(instant.UtcTicks);
}
