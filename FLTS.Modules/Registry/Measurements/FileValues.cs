using FLTS.Forecasting.Series;
using FLTS.Modules.Registry.Sources;

namespace FLTS.Modules.Registry.Measurements;

/// <summary>What the files of a dataset say of single times.</summary>
internal sealed class FileValues(SourceReader reader, ReadingTurn turn, ComputeBudget budget)
{
    /// <summary>Rows by their time, as they would be stored in the log; of equal times the last in a file counts.</summary>
    /// <param name="files">Read only where a time lies within their rows.</param>
    /// <param name="form">Theirs.</param>
    /// <param name="times">Wanted.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<IReadOnlyDictionary<DateTime, string>> AtAsync(
        SourceFiles files, SourceForm form, IEnumerable<DateTime> times, CancellationToken cancellation)
    {
        var wanted = times.Where(form.MayHold).ToHashSet();
        var found = new Dictionary<DateTime, string>();
        if (wanted.Count == 0)
            return found;

        return await turn.RunAsync(
            async () =>
            {
                using var reading = budget.EnterReading();
                var (train, test) = await reader.TablesAsync(files, cancellation);
                foreach (var table in new[] { train, test }.OfType<RawTable>())
                {
                    var values = new MeasuredValues(table.Columns);
                    for (var row = 0; row < table.Rows; row++)
                    {
                        if (wanted.Contains(table.Timestamps[row]))
                            found[table.Timestamps[row]] = values.Of(table, row);
                    }
                }

                return found;
            },
            cancellation);
    }
}
