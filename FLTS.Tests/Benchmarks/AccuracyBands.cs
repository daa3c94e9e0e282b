using System.Diagnostics;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Metrics;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;
using static FLTS.Benchmarks.AccuracyScores;

namespace FLTS.Benchmarks;

/// <summary>
/// <c>bench accuracy --bands</c>: errors by band of leads (FORECASTING.md 6) of settings and references, from the same origins, spread
/// evenly over what is scored, from which every model may look back as far as train goes.
/// </summary>
internal static class AccuracyBands
{
    /// <summary>Origins, in the first bands and in those that end beyond a 24th of a season.</summary>
    private const int MostOrigins = 2000, FewerOrigins = 1000;

    /// <summary>On rolling origins inside train, or on the test part.</summary>
    public static IEnumerable<JsonObject> Run(AccuracyOptions options, bool test, TextWriter progress)
    {
        foreach (var data in AccuracyData.Read(options.Datasets))
        {
            var longest = Math.Max(10, options.Settings.Values.Max(s => s["input_len"]?.GetValue<int>() ?? 0));
            var parts = test ? [data.Whole()] : data.RollingOrigins(options.Folds);
            var folds = parts.Select(p => new Scored(p.Prepare(), longest)).ToArray();
            foreach (var (model, setting, parameters) in Candidates(options))
            {
                var seeds = IsSeeded(model) ? options.Seeds : 1;
                progress.WriteLine($"{data.Name}: {model} {setting}, {seeds} x {folds.Length}");
                var clock = Stopwatch.GetTimestamp();
                var scores = Scores(folds, model, parameters, seeds);
                var seconds = Stopwatch.GetElapsedTime(clock).TotalSeconds / (seeds * folds.Length);
                for (var band = 0; band < folds[0].Bands.Length; band++)
                {
                    var at = scores.Where(s => s.Length > band).Select(s => s[band]).ToArray();
                    if (at.Length == 0)
                        continue;
                    yield return new JsonObject
                    {
                        ["bench"] = "accuracy",
                        ["mode"] = test ? "bands_test" : "bands_rolling",
                        ["dataset"] = data.Name,
                        ["model_type"] = model,
                        ["setting"] = setting,
                        ["band"] = folds[0].Bands[band].Name,
                        ["seeds"] = seeds,
                        ["rmse"] = Rounded(at.Average(s => s.Rmse)),
                        ["mae"] = Rounded(at.Average(s => s.Mae)),
                        ["skill"] = Rounded(at.Average(s => s.Skill)),
                        ["seconds_per_fit"] = Math.Round(seconds, 2),
                    };
                }
            }
        }
    }

    /// <summary>[seeds times folds][bands]; none where a reference has no value.</summary>
    private static ForecastScore[][] Scores(Scored[] folds, string model, JsonObject parameters, int seeds)
    {
        try
        {
            return [.. from seed in Enumerable.Range(0, seeds) from fold in folds select fold.Score(model, parameters, seed)];
        }
        catch (FltsException) when (ForecasterCatalog.IsReference(model))
        {
            return [];
        }
    }

    private sealed record Band(string Name, int[] Leads, int[] Origins, double[,,] Truth, double[,,] Naive);

    private sealed class Scored
    {
        private readonly PreparedDataset _data;
        private readonly PreparedSeries _series;

        public Scored(PreparedDataset data, int longest)
        {
            _data = data;
            _series = SeriesJoin.Join(data.Train, 0, data.Test);
            var (first, season) = (data.Train.Rows, Season.Steps(data.Meta.Step));
            int[] origins = [.. Enumerable.Range(first - 1, data.Test.Rows).Where(o => new Window(_series, o).HasRows(longest))];
            int[] ends = [1, .. new[] { 144, 48, 24, 8, 2, 1 }.Where(d => season % d == 0 && season / d > 1).Select(d => season / d)];
            using var naive = Fit("NAIVE", []);
            Bands = [.. ends.Select((end, i) => Make(i == 0 ? 1 : ends[i - 1] + 1, end))];

            Band Make(int from, int to)
            {
                var most = to * 24 <= season || to == 1 ? MostOrigins : FewerOrigins;
                int[] reaching = [.. origins.Where(o => o + to < _series.Rows && _series.Segments[o + to] == _series.Segments[o])];
                int[] drawn = reaching.Length <= most
                    ? reaching
                    : [.. Enumerable.Range(0, most).Select(i => reaching[(int)((long)i * reaching.Length / most)])];
                int[] leads = [.. Enumerable.Range(from, to - from + 1)];
                var truth = new double[drawn.Length, leads.Length, data.Meta.Targets.Count];
                for (var n = 0; n < drawn.Length; n++)
                {
                    for (var l = 0; l < leads.Length; l++)
                    {
                        for (var m = 0; m < data.Meta.Targets.Count; m++)
                            truth[n, l, m] = data.TestTruth[m][drawn[n] + leads[l] - first];
                    }
                }

                var name = from == to ? $"{to}" : $"{from}-{to}";
                return new Band(name, leads, drawn, truth, Forecast(naive, drawn, leads));
            }
        }

        public Band[] Bands { get; }

        public ForecastScore[] Score(string model, JsonObject parameters, int seed)
        {
            var seeded = (JsonObject)parameters.DeepClone();
            if (IsSeeded(model))
                seeded["seed"] = seed;
            using var fitted = Fit(model, seeded);
            return [.. Bands.Select(band => ForecastMetrics.Score(
                model,
                band.Truth,
                Forecast(fitted, band.Origins, band.Leads),
                _data.Meta.Scaler,
                _data.Meta.Targets,
                band.Naive))];
        }

        private IFittedForecaster Fit(string model, JsonObject parameters)
        {
            var family = ForecasterCatalog.Get(model);
            var fit = family.Create(family.Normalise(parameters)).Fit(_data.TrainingSet, new FitContext(1, null, CancellationToken.None));
            fit.BeforeRefit?.Dispose();
            return fit.Model;
        }

        private double[,,] Forecast(IFittedForecaster model, int[] origins, int[] leads) =>
            _data.Restorer.Restore(model.ForecastAt(SeriesWindows.Of(_series, origins), leads), _series, origins);
    }
}
