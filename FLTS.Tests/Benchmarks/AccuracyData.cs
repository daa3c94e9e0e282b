using System.Text.Json.Nodes;
using FLTS.Forecasting.Demo;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;
using FLTS.Forecasting.Series.Csv;

namespace FLTS.Benchmarks;

/// <summary>
/// A dataset as it was read, cut in time the ways that <c>bench accuracy</c> needs; everything is prepared by
/// the product's own preprocessing.
/// </summary>
/// <param name="name">For results.</param>
/// <param name="train">The train file, or the only file.</param>
/// <param name="test">Reads the test file, where there is one: comparing settings never opens it.</param>
internal sealed class AccuracyData(string name, RawTable train, Func<RawTable>? test)
{
    /// <summary>Rows of the generated dataset: two weeks.</summary>
    private const int GeneratedRows = 10_080;

    /// <summary>Share of the train part that one rolling origin scores.</summary>
    private const double Block = 0.15;

    public string Name => name;

    /// <summary>Its numeric columns.</summary>
    public IReadOnlyList<string> Columns => train.Columns;

    /// <summary>Every <c>name.csv</c> (with its <c>name_test.csv</c>) of a folder; without a folder, generated data.</summary>
    /// <exception cref="InvalidInputException">The folder holds no CSV.</exception>
    public static IReadOnlyList<AccuracyData> Read(string? folder)
    {
        if (folder is null)
        {
            using var stream = new MemoryStream();
            DemoStation.Write(stream, GeneratedRows, seed: 1);
            stream.Position = 0;
            return [new AccuracyData("generated", CsvTableReader.Read(stream, "generated.csv", new CsvReadOptions()), null)];
        }

        var files = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.csv").Order(StringComparer.Ordinal).ToArray() : [];
        var names = files.Select(Path.GetFileNameWithoutExtension).OfType<string>().ToArray();
        var read = names
            .Where(n => !(n.EndsWith("_test", StringComparison.Ordinal) && names.Contains(n[..^5])))
            .Select(n => new AccuracyData(n, Read(folder, n), names.Contains(n + "_test") ? () => Read(folder, n + "_test") : null))
            .ToArray();
        return read.Length > 0
            ? read
            : throw new InvalidInputException($"--datasets {folder}: there is no folder with CSV files of that name.");
    }

    /// <summary>Train and test as a pipeline would have them.</summary>
    public RawParts Whole() => new(train, test?.Invoke());

    /// <summary>
    /// Rolling origins inside train, the test part unseen: each block of 15 % of its rows is scored by models of all rows before it.
    /// </summary>
    public IEnumerable<RawParts> RollingOrigins(int folds)
    {
        var rows = TrainRows();
        for (var fold = folds; fold > 0; fold--)
        {
            var (start, end) = ((int)(rows.Length * (1 - (fold * Block))), (int)(rows.Length * (1 - ((fold - 1) * Block))));
            if (start < rows.Length / 4)
                throw new InvalidInputException($"--folds {folds}: at most 5 blocks of 15 % leave enough rows before the first.");
            yield return new RawParts(Slice(rows, 0, start), Slice(rows, start, end));
        }
    }

    /// <summary>A few rows to train on and as many to score, from places spread evenly over train.</summary>
    public IEnumerable<RawParts> FewRows(int places, int few)
    {
        var rows = TrainRows();
        for (var place = 0; place < places; place++)
        {
            var start = (int)((rows.Length - (2L * few)) * place / Math.Max(1, places - 1));
            yield return new RawParts(Slice(rows, start, start + few), Slice(rows, start + few, start + (2 * few)));
        }
    }

    private static RawTable Read(string folder, string file)
    {
        using var stream = File.OpenRead(Path.Combine(folder, file + ".csv"));
        return CsvTableReader.Read(stream, file + ".csv", new CsvReadOptions());
    }

    /// <summary>
    /// Rows of the train part in time order: where there is no test file, the last fifth of the rows is test and stays unseen.
    /// </summary>
    private int[] TrainRows()
    {
        var inTime = Enumerable.Range(0, train.Rows).OrderBy(t => train.Timestamps[t]).ToArray();
        return test is null ? inTime[..^(int)Math.Ceiling(inTime.Length * 0.2)] : inTime;
    }

    private RawTable Slice(int[] rows, int start, int end)
    {
        var taken = rows[start..end];
        return With(
            train,
            [.. taken.Select(t => train.Timestamps[t])],
            [.. train.Values.Select(column => taken.Select(t => column[t]).ToArray())]);
    }

    internal static RawTable With(RawTable table, DateTime[] timestamps, double[][] values) => new()
    {
        Name = table.Name,
        TimestampColumn = table.TimestampColumn,
        Columns = table.Columns,
        Header = table.Header,
        Timestamps = timestamps,
        Values = values,
    };
}

/// <summary>Rows to train on and rows to score, as they were read.</summary>
/// <param name="Train">To train on.</param>
/// <param name="Test">To score; null: the last fifth of train.</param>
internal sealed record RawParts(RawTable Train, RawTable? Test)
{
    private static readonly string _sha256 = new('0', 64);

    /// <summary>Prepared as a pipeline would, with the given preprocessing options.</summary>
    public PreparedDataset Prepare(JsonObject? options = null) =>
        // Preparing takes the arrays over; the tables are used again.
        DatasetPreparer.Prepare(
            PreprocessConfigParser.Parse("bench", _sha256, Test is null ? null : _sha256, options),
            Copy(Train),
            Test is null ? null : Copy(Test));

    private static RawTable Copy(RawTable table) =>
        AccuracyData.With(table, [.. table.Timestamps], [.. table.Values.Select(column => (double[])[.. column])]);
}
