using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;
using FLTS.Modules.Monitoring.Settings;
using FLTS.Modules.Registry.Measurements;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Sources;

namespace FLTS.Modules.Monitoring.Live;

/// <summary>The newest rows of a dataset, files and log together, as a model reads them; not to be changed.</summary>
/// <param name="Table">In the order of time.</param>
/// <param name="IsWhole">It has the newest row; else there are more than were asked for.</param>
internal sealed record LiveWindow(RawTable Table, bool IsWhole)
{
    /// <summary>Rows that nobody asks for are cut off once they are more than one for so many that are needed.</summary>
    private const int NeededToOne = 4;

    /// <summary>That stay whatever is asked for: of a span that holds nothing but the row behind a gap no forecast could be made.</summary>
    private const int LeastRows = 200;

    /// <summary>What was asked for once is forgotten by such a part with every time that less is: a late row asks for much, once.</summary>
    private const int Forgetting = 64;

    /// <summary>The rows from here on are there.</summary>
    public required DateTime From { get; init; }

    /// <summary>How far before the newest row is asked for.</summary>
    public TimeSpan Reach { get; init; }

    public required SourceFiles Files { get; init; }

    /// <summary>Of the log, up to which its rows are in it.</summary>
    public required long Changes { get; init; }

    /// <summary>That it holds.</summary>
    public long Bytes => (long)Table.Rows * (Table.Columns.Count + 1) * sizeof(double);

    /// <summary>Whether it can answer what is asked for, once newer rows are in it.</summary>
    public bool Has(SourceFiles files, IReadOnlyList<string> columns, DateTime from) =>
        IsWhole && Files == files && Files.Since == files.Since && From <= from
        && Table.Columns.SequenceEqual(columns, StringComparer.Ordinal);

    /// <summary>This without what is older than anybody needs, as stations of one dataset take turns, where that is much.</summary>
    /// <param name="from">The first row that is asked for now.</param>
    public LiveWindow AskedFrom(DateTime from)
    {
        if (Table.Rows == 0 || from > Table.Timestamps[^1])
            return this;

        var reach = Table.Timestamps[^1] - from;
        if (reach < Reach)
            reach = Reach - ((Reach - reach) / Forgetting);
        var first = Table.Timestamps[^1] - reach;
        if (Table.Timestamps[Math.Max(0, Table.Rows - LeastRows)] < first)
            first = Table.Timestamps[Math.Max(0, Table.Rows - LeastRows)];
        var older = Array.FindIndex(Table.Timestamps, t => t >= first);
        return older * NeededToOne <= Table.Rows - older
            ? this with { Reach = reach }
            : this with { Table = Table.Cut(older.., Table), From = first, Reach = reach };
    }
}

/// <summary>
/// Reads and keeps the newest rows of datasets: the files once, of the log what came since. For one caller at a time, as
/// <see cref="LiveModels"/>.
/// </summary>
internal sealed class LiveRows(
    SourceReader reader, SourceForms forms, MeasurementReader log, ComputeBudget budget, MonitoringOptions options)
{
    private readonly KeptWithin<DatasetName, LiveWindow> _kept = new((long)options.LiveRowMb << 20, w => w.Bytes);

    /// <param name="files">Of the dataset.</param>
    /// <param name="config">How they are read.</param>
    /// <param name="columns">Of the table.</param>
    /// <param name="wanted">
    /// The first row that is needed, a time behind which there must be one where there is any, and how many of the log are read at once.
    /// </param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="InvalidInputException">The files cannot be read so.</exception>
    public async Task<LiveWindow> GetAsync(
        SourceFiles files,
        PreprocessConfig config,
        IReadOnlyList<string> columns,
        (DateTime From, DateTime Beyond, int Most) wanted,
        CancellationToken cancellation)
    {
        _kept.BeginUse();
        var (from, beyond, most) = wanted;
        if (_kept.Find(files.Name) is { } known && known.Has(files, columns, from))
            return _kept.Keep(files.Name, (await NewerAsync(known, config, cancellation)).AskedFrom(from));

        var form = await forms.OfAsync(files, cancellation);
        RawTable table;
        using (budget.EnterReading())
            table = Since(await reader.ReadAsync(files, config, columns, cancellation), from);

        var rows = await log.FromAsync(files.Name, Early(from), most, cancellation);
        var merged = Over(table, files, form, config, from, rows.Rows);
        while (rows.Rows.Count == most && !Reaches(UpTo(merged, TimeOf(rows.Rows[^1].Ts, files, config)), beyond))
        {
            // All that was read lies before what is needed: there may be more rows in a time than its steps.
            most = most > int.MaxValue / 2 ? int.MaxValue : 2 * most;
            rows = await log.FromAsync(files.Name, Early(from), most, cancellation);
            merged = Over(table, files, form, config, from, rows.Rows);
        }

        if (rows.Rows.Count < most)
        {
            return _kept.Keep(
                files.Name, new LiveWindow(merged, true) { From = from, Files = files, Changes = rows.Changes }.AskedFrom(from));
        }

        // Behind the last row that was read there are more.
        _kept.Forget(files.Name);
        return new LiveWindow(UpTo(merged, TimeOf(rows.Rows[^1].Ts, files, config)), false)
        {
            From = from,
            Files = files,
            Changes = rows.Changes,
        };
    }

    /// <summary>A time of the log as a model has it.</summary>
    public static DateTime TimeOf(DateTimeOffset ts, SourceFiles files, PreprocessConfig config) => TimeOf(
        MergedTables.TimeIn(MeasurementLog.Time(ts), (files.Timezone, true), (files.Options.Config.Timezone, true)), files, config);

    /// <summary>A model's time as the log has it.</summary>
    public static DateTimeOffset LogTimeOf(DateTime time, SourceFiles files, PreprocessConfig config)
    {
        var read = MergedTables.TimeIn(time, (config.Timezone, config.HasInstants), (files.Options.Config.Timezone, true));
        return MeasurementLog.Instant(
            MergedTables.TimeIn(read, (files.Options.Config.Timezone, true), (files.Timezone, true)));
    }

    private async Task<LiveWindow> NewerAsync(LiveWindow known, PreprocessConfig config, CancellationToken cancellation)
    {
        var form = await forms.OfAsync(known.Files, cancellation);
        var rows = await log.WrittenAfterAsync(known.Files.Name, Early(known.From), known.Changes, cancellation);
        return known with
        {
            Table = rows.Rows.Count == 0 ? known.Table : Over(known.Table, known.Files, form, config, known.From, rows.Rows),
            Changes = rows.Changes,
        };
    }

    /// <summary>The log may have other times than the model: those of a zone.</summary>
    private static DateTimeOffset Early(DateTime from) => MeasurementLog.Instant(
        from.Ticks > TimeSpan.TicksPerDay ? from.AddDays(-1) : DateTime.MinValue);

    /// <summary>In the order of time.</summary>
    private static RawTable Since(RawTable table, DateTime from)
    {
        var sorted = table.Over([], []);
        var first = Array.FindIndex(sorted.Timestamps, t => t >= from);
        return sorted.Cut((first < 0 ? sorted.Rows : first).., sorted);
    }

    private static bool Reaches(RawTable sorted, DateTime beyond) => sorted.Rows > 0 && sorted.Timestamps[^1] > beyond;

    private static RawTable UpTo(RawTable sorted, DateTime last)
    {
        var behind = Array.FindIndex(sorted.Timestamps, t => t > last);
        return sorted.Cut(..(behind < 0 ? sorted.Rows : behind), sorted);
    }

    private static RawTable Over(
        RawTable table, SourceFiles files, SourceForm form, PreprocessConfig config, DateTime from, IReadOnlyList<MeasurementRow> rows)
    {
        var (times, values) = MergedTables.Counting(files, form, table.Columns, rows);
        times = times.ConvertAll(time => TimeOf(time, files, config));
        var kept = Enumerable.Range(0, times.Count).Where(i => times[i] >= from).ToList();
        return table.Over(kept.ConvertAll(i => times[i]), kept.ConvertAll(i => values[i]));
    }

    private static DateTime TimeOf(DateTime time, SourceFiles files, PreprocessConfig config) =>
        MergedTables.TimeIn(time, (files.Options.Config.Timezone, true), (config.Timezone, config.HasInstants));
}
