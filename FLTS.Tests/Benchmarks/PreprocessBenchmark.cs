using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using FLTS.Modules.Preprocessing;
using Microsoft.Extensions.Logging.Abstractions;

namespace FLTS.Benchmarks;

/// <summary>
/// <c>bench preprocess</c>: from a CSV to stored, verified processed data, each time in a fresh process, in turns with the same job in
/// pandas and scikit-learn where these are installed.
/// </summary>
internal static class PreprocessBenchmark
{
    private const string Python = "/usr/bin/python3";
    private const string Name = "bench";

    private static readonly (int Rows, int Runs, bool Zoned)[] _sizes =
        [(20_000, 7, false), (1_000_000, 5, false), (1_000_000, 5, true), (5_000_000, 3, false)];

    /// <summary>One JSON object a size and program.</summary>
    /// <param name="dataset">A CSV, or null: demo data of 20,000, 1,000,000 and 5,000,000 rows of 12 columns, about 200 bytes each; a
    /// million also with offsets behind the times and decimal commas.</param>
    /// <param name="progress">Told what is measured now.</param>
    public static IEnumerable<JsonObject> Run(string? dataset, TextWriter progress)
    {
        var pandas = HasPandas();
        if (!pandas)
            progress.WriteLine(
                $"{Python} has no pandas and scikit-learn: FLTS is measured alone (Debian: apt-get install python3-pandas "
                + "python3-sklearn).");
        (int Rows, int Runs, bool Zoned)[] sizes = dataset is null ? _sizes : [(0, 3, false)];
        foreach (var (rows, runs, zoned) in sizes)
        {
            var folder = Directory.CreateTempSubdirectory("flts-bench-");
            try
            {
                progress.WriteLine(dataset is null ? FormattableString.Invariant($"{rows:N0} rows are written") : dataset);
                var (sha256, source) = Place(dataset, rows, zoned, folder.FullName);
                var (ours, theirs) = (new List<MeasuredProcess>(), new List<MeasuredProcess>());
                for (var run = 0; run < runs; run++)
                {
                    progress.WriteLine($"run {run + 1} of {runs}");
                    ours.Add(Ours(folder.FullName, sha256, zoned));
                    if (pandas && !zoned)
                        theirs.Add(Theirs(folder.FullName, source));
                }

                var bytes = new FileInfo(source).Length;
                var median = Median(ours);
                var columns = File.ReadLines(source).First().Count(b => b is ',' or ';' or '\t') + 1;
                yield return Result(zoned ? "flts, offsets and decimal commas" : "flts", bytes, columns, ours, median, Median(theirs));
                if (pandas && !zoned)
                    yield return Result("pandas", bytes, columns, theirs, Median(theirs), null);
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }
    }

    /// <summary>One run in this process, for the process that measures it from outside.</summary>
    /// <param name="objects">Folder of objects that holds the source.</param>
    /// <param name="sha256">The source.</param>
    /// <param name="timezone">Of its times; null: none.</param>
    public static IEnumerable<JsonObject> Once(string objects, string sha256, string? timezone)
    {
        var clock = Stopwatch.GetTimestamp();
        var meta = LocalPreprocess.RunAsync(
            objects, new DatasetName(Name), sha256, timezone, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None)
            .GetAwaiter()
            .GetResult();
        var seconds = Stopwatch.GetElapsedTime(clock).TotalSeconds;
        using var process = Process.GetCurrentProcess();
        yield return new JsonObject
        {
            ["rows"] = meta.Report.Train.RowsRead,
            ["seconds"] = seconds,
            ["cpu_seconds"] = process.TotalProcessorTime.TotalSeconds,
            ["peak_memory_bytes"] = process.PeakWorkingSet64,
            ["bytes_written"] = Directory.EnumerateFiles(Path.Combine(objects, ObjectKeys.ProcessedBucket, meta.ConfigHash))
                .Sum(f => new FileInfo(f).Length),
            ["format"] = "parquet",
        };
    }

    /// <summary>Puts the source where a pipeline would have put it.</summary>
    private static (string Sha256, string Path) Place(string? dataset, int rows, bool zoned, string folder)
    {
        var bucket = Directory.CreateDirectory(Path.Combine(folder, ObjectKeys.DatasetBucket)).FullName;
        var written = Path.Combine(bucket, "writing");
        if (dataset is null)
        {
            GeneratedCsv.Write(written, rows, zoned);
        }
        else
        {
            File.Copy(dataset, written);
        }

        using var source = File.OpenRead(written);
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(source));
        var path = Path.Combine(bucket, ObjectKeys.Source(sha256).Key);
        File.Move(written, path);
        return (sha256, path);
    }

    private static MeasuredProcess Ours(string folder, string sha256, bool zoned)
    {
        string[] zone = zoned ? ["--timezone", GeneratedCsv.Zone] : [];
        var measured = MeasuredProcess.StartSelf(["preprocess", "--once", sha256, "--objects", folder, .. zone]);
        Directory.Delete(Path.Combine(folder, ObjectKeys.ProcessedBucket), recursive: true);
        return measured;
    }

    private static MeasuredProcess Theirs(string folder, string source)
    {
        var into = Directory.CreateDirectory(Path.Combine(folder, "pandas"));
        var script = Path.Combine(folder, "job.py");
        using (var resource = typeof(PreprocessBenchmark).Assembly.GetManifestResourceStream("preprocess_pandas.py")!)
        using (var file = File.Create(script))
            resource.CopyTo(file);
        var measured = MeasuredProcess.Start(Python, [script, source, into.FullName]);
        into.Delete(recursive: true);
        return measured;
    }

    private static bool HasPandas()
    {
        if (!File.Exists(Python))
            return false;
        using var process = Process.Start(new ProcessStartInfo(Python, ["-c", "import pandas, sklearn"]) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    private static MeasuredProcess? Median(List<MeasuredProcess> measured) =>
        measured.OrderBy(m => m.Seconds).ElementAtOrDefault(measured.Count / 2);

    private static JsonObject Result(
        string program, long bytesRead, int columns, List<MeasuredProcess> all, MeasuredProcess? median, MeasuredProcess? other)
    {
        var result = new JsonObject
        {
            ["bench"] = "preprocess",
            ["program"] = program,
            ["rows"] = median!.Rows,
            ["columns"] = columns,
            ["bytes_read"] = bytesRead,
            ["runs"] = all.Count,
            ["seconds"] = median.Seconds,
            ["seconds_of_all_runs"] = new JsonArray([.. all.Select(m => (JsonNode)Math.Round(m.Seconds, 3))]),
            ["process_seconds"] = median.Whole,
            ["process_cpu_seconds"] = median.CpuSeconds,
            ["rows_per_second"] = Math.Round(median.Rows / median.Seconds),
            ["peak_memory_mb"] = Math.Round(all.Max(m => m.PeakBytes) / 1e6),
            ["bytes_written"] = median.BytesWritten,
            ["format"] = median.Format,
        };
        if (other is not null)
        {
            result["times_faster_than_pandas"] = other.Seconds / median.Seconds;
            result["times_faster_as_processes"] = other.Whole / median.Whole;
        }

        return result;
    }
}
