using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Series.Csv;
using Sylvan.Data.Csv;

namespace FLTS.Benchmarks;

/// <summary>
/// <c>bench reader</c>: a file into columns of doubles and times, by FLTS's reader and by Sylvan.Data.Csv with the framework's number
/// parser, in turns, each in a process of its own.
/// </summary>
internal static class ReaderBenchmark
{
    private const int Rows = 1_000_000;
    private const int Runs = 5;
    private const string Own = "flts";
    private const string Library = "sylvan";

    /// <summary>One JSON object a file: medians of both, and their ratio.</summary>
    /// <param name="progress">Told what is measured now.</param>
    public static IEnumerable<JsonObject> Run(TextWriter progress)
    {
        foreach (var zoned in (bool[])[false, true])
        {
            var folder = Directory.CreateTempSubdirectory("flts-bench-");
            try
            {
                var file = Path.Combine(folder.FullName, "source.csv");
                GeneratedCsv.Write(file, Rows, zoned);
                var (own, library) = (new List<MeasuredProcess>(), new List<MeasuredProcess>());
                for (var run = 1; run <= Runs; run++)
                {
                    progress.WriteLine($"{(zoned ? "offsets and decimal commas" : "plain")}: run {run} of {Runs}");
                    own.Add(Measure(Own, file, zoned));
                    library.Add(Measure(Library, file, zoned));
                }

                if (own.Concat(library).Select(m => (double)m.Told["checksum"]!).Distinct().Count() != 1)
                    throw new InvalidOperationException("The two readers did not read the same.");

                yield return new JsonObject
                {
                    ["bench"] = "reader",
                    ["file"] = zoned ? "offsets and decimal commas" : "plain",
                    ["rows"] = own[0].Rows,
                    ["bytes_read"] = new FileInfo(file).Length,
                    ["runs"] = Runs,
                    [Own] = Told(own),
                    [Library] = Told(library),
                    ["times_faster_than_sylvan"] = Median(library, m => m.Seconds) / Median(own, m => m.Seconds),
                    ["times_less_cpu_than_sylvan"] = Median(library, m => m.CpuSeconds) / Median(own, m => m.CpuSeconds),
                };
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }
    }

    /// <summary>One reading in this process.</summary>
    /// <param name="reader"><c>flts</c> or <c>sylvan</c>.</param>
    /// <param name="file">As <see cref="GeneratedCsv"/> writes it.</param>
    /// <param name="timezone">Of its times; null: plain.</param>
    public static IEnumerable<JsonObject> Once(string reader, string file, string? timezone)
    {
        var clock = Stopwatch.GetTimestamp();
        var (times, columns) = reader == Own ? ByOwn(file, timezone) : BySylvan(file, timezone);
        var seconds = Stopwatch.GetElapsedTime(clock).TotalSeconds;
        using var process = Process.GetCurrentProcess();
        yield return new JsonObject
        {
            ["rows"] = times.Length,
            ["seconds"] = seconds,
            ["cpu_seconds"] = process.TotalProcessorTime.TotalSeconds,
            ["peak_memory_bytes"] = process.PeakWorkingSet64,
            ["checksum"] = times.Sum(t => t.Ticks % 1_000_003) + columns.Sum(c => c.Where(double.IsFinite).Sum()),
        };
    }

    private static (DateTime[] Times, double[][] Columns) ByOwn(string file, string? timezone)
    {
        using var stream = File.OpenRead(file);
        var table = CsvTableReader.Read(
            stream,
            "source.csv",
            new CsvReadOptions { Timezone = timezone, HasInstants = timezone is not null, ExpectedBytes = stream.Length });
        return (table.Timestamps, [.. table.Values]);
    }

    /// <summary>All that the library gives: its own splitting, spans instead of text where it has them, a large buffer.</summary>
    private static (DateTime[] Times, double[][] Columns) BySylvan(string file, string? timezone)
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = timezone is null ? "." : ",";
        culture.NumberFormat.NumberGroupSeparator = " ";
        var delimiter = timezone is null ? ',' : ';';
        var options = new CsvDataReaderOptions { Delimiter = delimiter, Culture = culture, BufferSize = 1 << 20 };
        using var reader = CsvDataReader.Create(file, options);
        var times = new List<DateTime>();
        List<double>[] columns = [.. Enumerable.Range(1, reader.FieldCount - 1).Select(_ => new List<double>())];
        while (reader.Read())
        {
            times.Add(timezone is null
                ? reader.GetDateTime(0)
                : DateTimeOffset.ParseExact(reader.GetFieldSpan(0), "yyyy-MM-dd'T'HH:mm:sszzz", culture).UtcDateTime);
            for (var c = 0; c < columns.Length; c++)
                columns[c].Add(reader.GetFieldSpan(c + 1).IsEmpty ? double.NaN : reader.GetDouble(c + 1));
        }

        return ([.. times], [.. columns.Select(c => c.ToArray())]);
    }

    private static MeasuredProcess Measure(string reader, string file, bool zoned) => MeasuredProcess.StartSelf(
        ["reader", "--once", reader, "--dataset", file, .. zoned ? (string[])["--timezone", GeneratedCsv.Zone] : []]);

    private static JsonObject Told(List<MeasuredProcess> runs) => new()
    {
        ["seconds"] = Median(runs, m => m.Seconds),
        ["seconds_of_all_runs"] = new JsonArray([.. runs.Select(m => (JsonNode)Math.Round(m.Seconds, 3))]),
        ["process_cpu_seconds"] = Median(runs, m => m.CpuSeconds),
        ["peak_memory_mb"] = Math.Round(runs.Max(m => m.PeakBytes) / 1e6),
    };

    private static double Median(List<MeasuredProcess> runs, Func<MeasuredProcess, double> of) =>
        runs.Select(of).Order().ElementAt(Runs / 2);
}
