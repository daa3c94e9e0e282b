using FLTS.Forecasting.Series;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Sources;

namespace FLTS.Modules.Registry.Measurements;

/// <summary>
/// The rows of a dataset as they are now: those of its files with the measurements of its log. Where there is a test file, the newest
/// rows, as many as that had, are test, and all before them train (FORECASTING.md 3).
/// </summary>
internal sealed class MergedTables(SourceReader reader, FirstTestFile firstTest, ComputeBudget budget)
{
    /// <param name="files">Of the dataset.</param>
    /// <param name="log">All of its log.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <returns>The tables, and whether anything of the log counts: else they are as the files are.</returns>
    /// <exception cref="InvalidInputException">A file cannot be used; names row and column.</exception>
    public async Task<(RawTable Train, RawTable? Test, bool HasLog)> ReadAsync(
        SourceFiles files, LoggedRows log, CancellationToken cancellation)
    {
        using var reading = budget.EnterReading();
        var (train, test) = await reader.TablesAsync(files, cancellation);
        var (times, values) = Counting(files, SourceForm.Of([], train, test), train.Columns, log.Rows);
        if (times.Count == 0)
            return (train, test, false);

        var all = (test is null ? train : train.With(test)).Over(times, values);
        if (test is null)
            return (all, null, true);

        var border = Border(all.Timestamps, await firstTest.TimesAsync(files, test, cancellation));
        return (all.Cut(..border, train), all.Cut(border.., test), true);
    }

    /// <summary>Rows of a log that count, in the order of the columns of the files.</summary>
    public static (List<DateTime> Times, List<double[]> Values) Counting(
        SourceFiles files, SourceForm form, IReadOnlyList<string> columns, IEnumerable<MeasurementRow> rows)
    {
        var places = columns.Select((name, i) => (name, i)).ToDictionary(c => c.name, c => c.i, StringComparer.Ordinal);
        var (times, values) = (new List<DateTime>(), new List<double[]>());
        foreach (var row in rows)
        {
            var time = TimeIn(MeasurementLog.Time(row.Ts), (files.Timezone, true), (files.Options.Config.Timezone, true));
            if (form.Overrules(time, row.KnownAt, files) || MeasuredValues.Read(row.Values, places) is not { } read)
                continue;
            times.Add(time);
            values.Add(read);
        }

        return (times, values);
    }

    /// <summary>A time as it is read with another zone: in one that has instants as an instant, else as its clock showed it.</summary>
    public static DateTime TimeIn(DateTime time, (string? Zone, bool HasInstants) from, (string? Zone, bool HasInstants) to) =>
        (from.HasInstants ? from.Zone : null, to.HasInstants ? to.Zone : null) switch
        {
            (null, { } zone) => ZoneClock.Of(zone).Utc(time),
            ({ } zone, null) => ZoneClock.Of(zone).Local(time),
            _ => time,
        };

    /// <summary>The first of the newest rows that have so many different times.</summary>
    private static int Border(DateTime[] times, int wanted)
    {
        var row = times.Length;
        for (var different = 0; row > 0; row--)
        {
            if ((row == times.Length || times[row - 1] != times[row]) && ++different > wanted)
                break;
        }

        return row;
    }
}
