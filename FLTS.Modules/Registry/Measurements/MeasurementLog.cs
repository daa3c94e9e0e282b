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
    MeasurementWriter writer,
    SourceForms forms,
    FileValues inFiles,
    SourceVersions versions,
    MeasurementCounter counter,
    EventPublisher publisher)
{
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
        var (taken, newest, isLast) = await writer.WriteAsync(
            await SentAsync(files, rows, knownAt, mayComeAgain, cancellation), cancellation);
        counter.Count(taken);
        if (taken.Stored > 0)
            versions.CountAddition();
        if (isLast)
        {
            // For all that was committed with it: that this client has gone is no reason not to tell of the others' rows.
            await publisher.PublishAsync(new MeasurementsStored(files.Name, Instant(newest)), CancellationToken.None);
        }

        return taken;
    }

    /// <summary>What <see cref="TakeAsync"/> would do with rows now; nothing is stored.</summary>
    public async Task<TakenRows> LookAsync(SourceFiles files, RawTable rows, DateTimeOffset knownAt, CancellationToken cancellation) =>
        await writer.LookAsync(await SentAsync(files, rows, knownAt, mayComeAgain: false, cancellation), cancellation);

    /// <summary>
    /// Forgets the rows of a dataset. Part of the caller's transaction; what was made of the log before is not true of it then.
    /// </summary>
    public static async Task DeleteAsync(RegistryDbContext db, DatasetName dataset, CancellationToken cancellation)
    {
        await db.LockMeasurementLogsAsync([dataset], cancellation);
        await MeasurementWriter.RaiseAsync(db, [dataset], cancellation);
        await db.Measurements.Where(m => m.Dataset == dataset).ExecuteDeleteAsync(cancellation);
    }

    /// <summary>Times of a table are without kind.</summary>
    public static DateTimeOffset Instant(DateTime time) => new(time.Ticks, TimeSpan.Zero);

    public static DateTime Time(DateTimeOffset instant) => new(instant.UtcTicks);

    private async Task<SentMeasurements> SentAsync(
        SourceFiles files, RawTable rows, DateTimeOffset knownAt, bool mayComeAgain, CancellationToken cancellation)
    {
        var form = await forms.OfAsync(files, cancellation);
        var (values, sent) = (new MeasuredValues(rows.Columns), new SortedDictionary<DateTime, string>());
        for (var row = 0; row < rows.Rows; row++)
            sent[rows.Timestamps[row]] = values.Of(rows, row);

        var stored = await inFiles.AtAsync(files, form, sent.Keys, cancellation);
        return new SentMeasurements(files, form, [.. sent], stored, knownAt, mayComeAgain);
    }
}
