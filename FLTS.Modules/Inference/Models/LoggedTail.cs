using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;
using FLTS.Modules.Registry.Measurements;
using FLTS.Modules.Registry.Sources;

namespace FLTS.Modules.Inference.Models;

/// <summary>The end of a dataset's files with the measurements that came after them.</summary>
internal sealed class LoggedTail(MeasurementReader log, SourceForms forms)
{
    /// <summary>How often the log of a dataset was changed; 0: it has none.</summary>
    public Task<long> ChangesAsync(DatasetName dataset, CancellationToken cancellation) => log.ChangesAsync(dataset, cancellation);

    /// <param name="tail">The newest rows of the files.</param>
    /// <param name="files">The files.</param>
    /// <param name="config">How the model reads them.</param>
    /// <param name="wanted">Rows, and how far back at least where rows are brought to a grid.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<RawTable> OverAsync(
        RawTable tail, SourceFiles files, PreprocessConfig config, (int Rows, TimeSpan? Span) wanted, CancellationToken cancellation)
    {
        var newest = await log.NewestAsync(files.Name, wanted.Rows, wanted.Span, cancellation);
        var (times, values) = MergedTables.Counting(files, await forms.OfAsync(files, cancellation), tail.Columns, newest.Rows);
        var (read, own) = ((files.Options.Config.Timezone, true), (config.Timezone, config.HasInstants));
        times = times.ConvertAll(time => MergedTables.TimeIn(time, read, own));

        // Between rows that are older than all of a tail that was cut off others would be missing.
        var first = tail.Rows < wanted.Rows ? DateTime.MinValue : tail.Timestamps.Min();
        var kept = Enumerable.Range(0, times.Count).Where(i => times[i] >= first).ToList();
        return kept.Count == 0 ? tail : tail.Over(kept.ConvertAll(i => times[i]), kept.ConvertAll(i => values[i]));
    }
}
