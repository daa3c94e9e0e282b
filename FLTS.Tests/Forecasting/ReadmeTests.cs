using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FLTS.Forecasting.Demo;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Prophet.Fit;
using FLTS.Forecasting.Prophet.Predict;
using FLTS.Forecasting.Prophet.Settings;
using FLTS.Forecasting.Series.Csv;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting;

/// <summary>The code of the package's README stands here word for word and runs.</summary>
[TestFixture, Parallelizable]
internal sealed partial class ReadmeTests
{
    [Test]
    public void The_readme_holds_the_code_that_is_run_here()
    {
        var here = Lines(File.ReadAllText(SourceFile()));
        var folder = Path.GetDirectoryName(SourceFile())!;
        var readme = File.ReadAllText(Path.Combine(folder, "..", "..", "FLTS.Modules", "Forecasting", "README.md"));
        var blocks = CodeBlock().Matches(readme).Select(m => Lines(m.Groups[1].Value)).ToArray();

        Assert.That(blocks, Has.Length.EqualTo(2));
        foreach (var block in blocks)
        {
            // The project's own global ones.
            var usings = block.Where(IsUsing).Except(["using FLTS.Forecasting;", "using FLTS.Forecasting.Models;"]);
            var code = block.Where(l => !IsUsing(l)).ToArray();
            Assert.That(here, Is.SupersetOf(usings));
            Assert.That(string.Join('\n', here), Does.Contain(string.Join('\n', code)));
            Assert.That(code, Has.Length.LessThanOrEqualTo(10));
        }
    }

    [Test]
    public void Prophet_in_ten_lines()
    {
        DateTime[] times = [.. Enumerable.Range(0, 120).Select(day => new DateTime(2026, 1, 1).AddDays(day))];
        double[] values = [.. times.Select((time, day) => 100 + day + (10.0 * (int)time.DayOfWeek))];

        var history = new ProphetFrame { Ds = times, Y = values };           // in any order; NaN where a value is missing
        var settings = new ProphetSettings { ChangepointPriorScale = 0.1 };  // names and defaults are Prophet's
        var model = ProphetFitter.Fit(settings, history);
        var future = new ProphetFrame { Ds = [.. Enumerable.Range(1, 30).Select(day => times[^1].AddDays(day))] };
        var forecast = model.Predict(future);
        for (var i = 0; i < future.Rows; i++)
            Console.WriteLine(
                $"{forecast.Ds[i]:yyyy-MM-dd}: {forecast.Yhat[i]:f1} ({forecast.YhatLower![i]:f1} to {forecast.YhatUpper![i]:f1})");

        Assert.That(forecast.Yhat[29], Is.EqualTo(100 + 149 + (10.0 * (int)future.Ds[29].DayOfWeek)).Within(3));
    }

    [Test]
    public void A_net_in_ten_lines()
    {
        var path = Path.Combine(Path.GetTempPath(), $"flts-readme-{Guid.NewGuid():N}.csv");
        try
        {
            using (var written = File.Create(path))
                DemoStation.Write(written, rows: 400, seed: 1);
            Assert.That(NetForecast(path).GetLength(1), Is.EqualTo(10));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static double[,,] NetForecast(string path)
    {
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));
        var config = PreprocessConfigParser.Parse("station", sha256, testSha256: null);
        using var file = File.OpenRead(path);                                // a column "time" and numeric columns
        var data = DatasetPreparer.Prepare(config, CsvTableReader.Read(file, path, DatasetPreparer.ReadOptions(config)));
        var family = ForecasterCatalog.Get("GRU");                           // or LSTM, LIGHTGBM, PROPHET, AR, EWMA, NAIVE, ...
        var net = family.Create(family.Normalise(new JsonObject { ["epochs"] = 2 }));
        using var fitted = net.Fit(data.TrainingSet, new FitContext(Threads: 1, Progress: null, CancellationToken.None)).Model;
        int[] last = [data.Test.Rows - 1];
        var scaled = fitted.Forecast(SeriesWindows.Of(data.Test, last), steps: 10);
        double[,,] next = data.Restorer.Restore(scaled, data.Test, last);    // [1, 10, targets] in the file's units
        return next;
    }

    private static string[] Lines(string text) => [.. text.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0)];

    private static bool IsUsing(string line) =>
        line.StartsWith("using ", StringComparison.Ordinal) && !line.Contains('=', StringComparison.Ordinal);

    private static string SourceFile([CallerFilePath] string path = "") => path;

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();
}
