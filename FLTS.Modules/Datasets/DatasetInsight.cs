using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Profiling;
using FLTS.Forecasting.Series;
using FLTS.Forecasting.Series.Grid;
using FLTS.Modules.Registry.Measurements;
using FLTS.Modules.Registry.Sources;

namespace FLTS.Modules.Datasets;

/// <summary>
/// Profiles and plots of datasets, with what their logs have. The same rows look the same, so what was made last is kept.
/// </summary>
internal sealed class DatasetInsight(
    ISourceCatalog sources, MeasurementReader log, MergedTables merged, ReadingTurn turn, ComputeBudget budget)
{
    /// <summary>Answers kept: a PNG takes about 100 kB, a profile less.</summary>
    private const int MostKept = 256;

    private const int ColumnCopies = 12;

    /// <summary>To sort it, mostly.</summary>
    private const double OperationsPerValue = 100;

    private readonly ConcurrentDictionary<(SourceFiles Files, long Changes, string? Column), object> _kept = new();

    /// <param name="name">Dataset.</param>
    /// <param name="given">Options for this once, before those that are stored with it.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="NotFoundException">No such dataset.</exception>
    /// <exception cref="InvalidInputException">The files cannot be used; names row and column.</exception>
    public Task<DatasetProfile> ProfileAsync(DatasetName name, JsonObject given, CancellationToken cancellation) => KeptAsync(
        name,
        given,
        null,
        (train, test) => DatasetProfile.Of(train, test, SeriesFrame.DefaultMaxGapSteps, cancellation),
        cancellation);

    /// <param name="name">Dataset.</param>
    /// <param name="column">One of its numeric columns.</param>
    /// <param name="given">Options for this once, before those that are stored with it.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>A PNG.</returns>
    /// <exception cref="NotFoundException">No such dataset, or no such column.</exception>
    /// <exception cref="InvalidInputException">The files cannot be used; names row and column.</exception>
    public Task<byte[]> PlotAsync(DatasetName name, string column, JsonObject given, CancellationToken cancellation) => KeptAsync(
        name,
        given,
        column,
        (train, test) => Named(column, train.Columns) is { } found
            ? ColumnPlot.Draw($"{name}: {found}", found, train, test)
            : throw new NotFoundException(
                $"The dataset '{name}' has no numeric column "
                + $"'{new string([.. column.Take(80).Select(c => char.IsControl(c) ? '?' : c)])}'; it has "
                + $"{string.Join(", ", train.Columns.Take(20))}."),
        cancellation);

    /// <summary>A slash stays escaped in a path: a column "Mbit/s" is asked for as "Mbit%2Fs".</summary>
    private static string? Named(string asked, IReadOnlyList<string> columns) =>
        columns.Contains(asked) ? asked : columns.FirstOrDefault(c => c == asked.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase));

    /// <summary>The tables, and columns that are looked at one after the other: as they are, on the grid, in order, and compared.</summary>
    private static FitEstimate Estimate(RawTable train, RawTable? test)
    {
        var (rows, columns) = ((double)train.Rows + (test?.Rows ?? 0), train.Columns.Count);
        return new FitEstimate(
            rows * (columns + 1 + ColumnCopies) * sizeof(double),
            rows * columns * OperationsPerValue,
            string.Create(
                CultureInfo.InvariantCulture, $"{rows:N0} rows x {columns} columns, and {ColumnCopies} copies of the longest column"));
    }

    private async Task<T> KeptAsync<T>(
        DatasetName name, JsonObject given, string? column, Func<RawTable, RawTable?, T> make, CancellationToken cancellation)
        where T : notnull
    {
        var stored = await sources.ResolveAsync(name, cancellation);
        var files = stored with { Options = stored.Options.With(given) };
        var changes = await log.ChangesAsync(name, cancellation);
        if (_kept.TryGetValue((files, changes, column), out var kept))
            return (T)kept;

        return await turn.RunAsync(
            async () =>
            {
                // Somebody may have asked for the same while this request waited.
                if (_kept.TryGetValue((files, changes, column), out kept))
                    return (T)kept;

                using var reading = budget.EnterReading();
                var rows = await log.AllAsync(name, cancellation);
                var (train, test, _) = await merged.ReadAsync(files, rows, cancellation);
                var made = await budget.RunAsync(
                    column is null ? "The profile" : "The plot", Estimate(train, test), _ => make(train, test), cancellation);
                if (_kept.Count >= MostKept)
                    _kept.Clear();
                _kept[(files, rows.Changes, column)] = made;
                return made;
            },
            cancellation);
    }
}
