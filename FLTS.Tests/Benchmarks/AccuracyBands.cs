using System.Diagnostics;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Bands;
using FLTS.Forecasting.Ensemble;
using FLTS.Forecasting.Intervals;
using FLTS.Forecasting.Metrics;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;
using static FLTS.Benchmarks.AccuracyScores;

namespace FLTS.Benchmarks;

/// <summary>
/// <c>bench accuracy --bands</c>: what a scoreboard says by band of leads (FORECASTING.md 6) of settings and references, from the same
/// origins as there and by the same judge. ENSEMBLE, where it is asked for, is made of the other models of the same setting and seed.
/// </summary>
internal static class AccuracyBands
{
    /// <summary>On rolling origins inside train, or on the test part.</summary>
    public static IEnumerable<JsonObject> Run(AccuracyOptions options, bool test, TextWriter progress)
    {
        foreach (var data in AccuracyData.Read(options.Datasets))
        {
            var longest = Math.Max(10, options.Settings.Values.Max(s => s["input_len"]?.GetValue<int>() ?? 0));
            var parts = test ? [data.Whole()] : data.RollingOrigins(options.Folds);
            var folds = parts.Select(p => new Judged(p.Prepare(), longest)).ToArray();
            foreach (var family in ForecasterCatalog.References)
            {
                foreach (var line in Lines(family.ModelType, "reference", 1, [.. folds.Select(f => f.Reference(family))]))
                    yield return line;
            }

            foreach (var (setting, parameters) in options.Settings)
            {
                var scores = options.Models.ToDictionary(m => m, _ => new List<Scored>());
                for (var seed = 0; seed < options.Seeds; seed++)
                {
                    foreach (var (at, fold) in folds.Index())
                    {
                        progress.WriteLine($"{data.Name}: {setting}, seed {seed}, origin {at + 1} of {folds.Length}");
                        foreach (var (model, score) in fold.Models(options.Models, parameters, seed))
                            scores[model].Add(score);
                    }
                }

                foreach (var (model, scored) in scores)
                {
                    foreach (var line in Lines(model, setting, options.Seeds, scored))
                        yield return line;
                }
            }

            IEnumerable<JsonObject> Lines(string model, string setting, int seeds, IReadOnlyList<Scored> scored) => scored
                .SelectMany(s => s.Bands.Select(band => (s.Seconds, Band: band)))
                .GroupBy(s => (s.Band.From, s.Band.To))
                .Select(band => new JsonObject
                {
                    ["bench"] = "accuracy",
                    ["mode"] = test ? "bands_test" : "bands_rolling",
                    ["dataset"] = data.Name,
                    ["model_type"] = model,
                    ["setting"] = setting,
                    ["band"] = band.Key.From == band.Key.To ? $"{band.Key.To}" : $"{band.Key.From}-{band.Key.To}",
                    ["indicative"] = band.Any(s => s.Band.Indicative),
                    ["seeds"] = seeds,
                    ["rmse"] = Mean(band.Select(s => s.Band.Rmse)),
                    ["mae"] = Mean(band.Select(s => s.Band.Mae)),
                    ["skill"] = Mean(band.Select(s => s.Band.Skill)),
                    ["coverage_80"] = Mean(band.Select(s => s.Band.Coverage80)),
                    ["coverage_95"] = Mean(band.Select(s => s.Band.Coverage95)),
                    ["interval_score_80"] = Mean(band.Select(s => s.Band.IntervalScore80)),
                    ["seconds_per_fit"] = Math.Round(band.Average(s => s.Seconds), 2),
                });
        }
    }

    /// <summary>Null where any is.</summary>
    private static JsonNode? Mean(IEnumerable<double?> values) => values.Any(v => v is null) ? null : Rounded(values.Average());

    /// <param name="Seconds">Of the fit.</param>
    /// <param name="Bands">None where a reference has no value.</param>
    private sealed record Scored(double Seconds, IReadOnlyList<BandScore> Bands);

    /// <summary>A train part to fit on and rows behind it to judge by.</summary>
    private sealed class Judged
    {
        private readonly PreparedDataset _data;
        private readonly EvaluationFrame _frame;
        private readonly BandJudge _judge;
        private readonly FitContext _context = new(1, null, CancellationToken.None) { Shared = new SharedFits() };
        private readonly ModelErrors _naive;

        public Judged(PreparedDataset data, int longest)
        {
            (_data, _frame) = (data, EvaluationFrame.Of(data, longest));
            var plan = BandPlan.Of(Season.Steps(data.Meta.Step), _frame.ScoredRows);
            _judge = new BandJudge(BandFrame.Of(_frame, plan), data.Meta.Scaler, data.Meta.Targets);
            var (naive, _, _) = Fit("NAIVE", []);
            using var model = naive.Model;
            _naive = Errors(naive.Model, null);
        }

        public Scored Reference(IForecasterFamily family)
        {
            try
            {
                var (run, _, seconds) = Fit(family.ModelType, []);
                using var model = run.Model;
                return new Scored(seconds, Bands(run.Model, run.Forecasts!));
            }
            catch (FltsException)
            {
                return new Scored(0, []);
            }
        }

        /// <summary>Every model of a setting; the ENSEMBLE last.</summary>
        public IEnumerable<(string Model, Scored Score)> Models(IReadOnlyList<string> types, JsonObject parameters, int seed)
        {
            var runs = new List<RunModel>();
            foreach (var type in types.Where(t => !ForecasterCatalog.IsEnsemble(t)))
            {
                var own = (JsonObject)parameters.DeepClone();
                if (IsSeeded(type))
                    own["seed"] = seed;
                var (run, bands, seconds) = Fit(type, own);
                runs.Add(run);
                yield return (type, new Scored(seconds, bands));
            }

            if (types.FirstOrDefault(ForecasterCatalog.IsEnsemble) is { } ensemble)
            {
                var clock = Stopwatch.GetTimestamp();
                var made = EnsembleFit.Of(_data, runs, ForecasterCatalog.Ensemble.References, _context);
                using var model = made.Fit.Model;
                yield return (ensemble, new Scored(Stopwatch.GetElapsedTime(clock).TotalSeconds, Bands(model, made.Residuals)));
            }

            runs.ForEach(run => run.Model.Dispose());
        }

        private (RunModel Run, IReadOnlyList<BandScore> Bands, double Seconds) Fit(string type, JsonObject parameters)
        {
            var (family, clock) = (ForecasterCatalog.Get(type), Stopwatch.GetTimestamp());
            var fit = family.Create(family.Normalise(parameters)).Fit(_data.TrainingSet, _context);
            var seconds = Stopwatch.GetElapsedTime(clock).TotalSeconds;
            using var before = fit.BeforeRefit;
            var run = new RunModel(fit.Model, ValidationForecasts.Of(before ?? fit.Model, _data, CancellationToken.None));
            return (run, ForecasterCatalog.IsReference(type) ? [] : Bands(run.Model, run.Forecasts!), seconds);
        }

        private IReadOnlyList<BandScore> Bands(IFittedForecaster model, ValidationForecasts residuals) => Errors(
            model, new ConformalIntervals(residuals, _data.Meta.Targets)).Scores(_naive, new ScoreWeights());

        private ModelErrors Errors(IFittedForecaster model, ConformalIntervals? intervals) => _judge.Judge(
            model.Signature.ModelType,
            new ForecastReplay(model, _frame.Series, _frame.Series, _data.Restorer),
            intervals,
            CancellationToken.None);
    }
}
