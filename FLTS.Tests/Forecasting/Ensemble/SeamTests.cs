using System.Text.Json.Nodes;
using FLTS.Forecasting.Demo;
using FLTS.Forecasting.Ensemble;
using FLTS.Forecasting.Intervals;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;
using FLTS.Forecasting.Series.Csv;
using FLTS.Tests.Forecasting.Preparation;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Ensemble;

/// <summary>
/// A forecast has no seams at the knots of the leads: from lead to lead it moves, in the mean over many origins, at most half again as far
/// as the truth does from step to step. And it is the beginning of any longer one.
/// </summary>
[TestFixture, Parallelizable]
internal sealed class SeamTests
{
    private const int MostOrigins = 500;

    private static readonly FitContext _context = new(1, null, CancellationToken.None);

    [Test]
    public void On_generated_rows_of_a_quarter_of_an_hour()
    {
        using var stream = new MemoryStream();
        DemoStation.Write(stream, 10 * 720, seed: 3);
        stream.Position = 0;
        var data = DatasetPreparer.Prepare(
            Tables.Config("""{"resample": {"step": "00:15:00", "how": "mean"}, "targets": ["down", "up", "rnti_count"]}"""),
            CsvTableReader.Read(stream, "generated.csv", new CsvReadOptions()));

        Check(data, 192, new Dictionary<string, string>
        {
            ["GRU"] = """{"hidden_size": 8, "members": 1, "epochs": 5, "batch_size": 64}""",
            ["LSTM"] = """{"hidden_size": 8, "members": 1, "epochs": 5, "batch_size": 64}""",
            ["LIGHTGBM"] = """{"num_iterations": 20, "min_data_in_leaf": 20}""",
        });
    }

    [Test, Category(TestCategories.RealData), Category(TestCategories.Soak)]
    public void On_measurements() => Check(
        PobleSecTests.Prepare(), 720, new Dictionary<string, string> { ["GRU"] = "{}", ["LSTM"] = "{}", ["LIGHTGBM"] = "{}" });

    private static void Check(PreparedDataset data, int steps, Dictionary<string, string> types)
    {
        var runs = types.Select(type => Run(data, type.Key, type.Value)).ToList();
        var references = new EnsembleFamily(ForecasterCatalog.References).References;
        using var ensemble = EnsembleFit.Of(data, runs, references, _context).Fit.Model;
        var series = SeriesJoin.Join(data.Train, 0, data.Test);
        var length = ensemble.Signature.InputLength;
        int[] reaching = [.. Enumerable.Range(data.Train.Rows - 1, data.Test.Rows).Where(o => new Window(series, o).HasRows(length))];
        int[] origins = [.. reaching.Where((_, i) => i % Math.Max(1, reaching.Length / MostOrigins) == 0)];
        var truth = StepOfTruth(series, data.Train.Rows);

        Assert.Multiple(() =>
        {
            foreach (var model in runs.Select(r => r.Model).Append(ensemble))
            {
                var windows = SeriesWindows.Of(series, origins);
                var forecast = model.Forecast(windows, steps);
                var moves = Enumerable.Range(0, steps - 1).Select(h => Mean(forecast, h)).ToArray();
                var most = Array.IndexOf(moves, moves.Max());
                TestContext.Out.WriteLine(FormattableString.Invariant(
                    $"{model.Signature.ModelType}: at most {moves[most] / truth:F2} of the truth's, after lead {most + 1}"));
                Assert.That(moves[most], Is.AtMost(1.5 * truth), $"{model.Signature.ModelType} from lead {most + 1} to {most + 2}");

                var ten = model.Forecast(windows, 10);
                Assert.That(
                    Enumerable.Range(0, origins.Length).All(n => Enumerable.Range(0, 10)
                        .All(h => Enumerable.Range(0, ten.GetLength(2)).All(m => ten[n, h, m] == forecast[n, h, m]))),
                    model.Signature.ModelType);
            }
        });
        runs.ForEach(run => run.Model.Dispose());
    }

    /// <summary>Mean over origins and targets of how far a forecast moves from a step to the next.</summary>
    private static double Mean(double[,,] forecast, int step)
    {
        var sum = 0.0;
        for (var n = 0; n < forecast.GetLength(0); n++)
        {
            for (var m = 0; m < forecast.GetLength(2); m++)
                sum += Math.Abs(forecast[n, step + 1, m] - forecast[n, step, m]);
        }

        return sum / (forecast.GetLength(0) * forecast.GetLength(2));
    }

    private static double StepOfTruth(PreparedSeries series, int first) => series.Targets.Average(name =>
    {
        var c = series.IndexOf(name);
        return Enumerable.Range(first, series.Rows - first)
            .Where(t => series.Segments[t] == series.Segments[t - 1] && series.Observed[c][t] && series.Observed[c][t - 1])
            .Average(t => Math.Abs(series.Values[c][t] - series.Values[c][t - 1]));
    });

    private static RunModel Run(PreparedDataset data, string type, string hyperparameters)
    {
        var family = ForecasterCatalog.Get(type);
        var fit = family.Create(family.Normalise(JsonNode.Parse(hyperparameters)!.AsObject())).Fit(data.TrainingSet, _context);
        using var before = fit.BeforeRefit;
        return new RunModel(fit.Model, ValidationForecasts.Of(before ?? fit.Model, data, default));
    }
}
