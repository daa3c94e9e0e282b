using System.Globalization;
using FLTS.Forecasting.Bands;
using FLTS.Forecasting.Ensemble;
using FLTS.Forecasting.Intervals;
using FLTS.Forecasting.Metrics;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;
using FLTS.Forecasting.Series.Csv;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Ensemble;

/// <summary>The ENSEMBLE and its intervals on measurements: FLTS_DATASETS names their folder.</summary>
[TestFixture, Category(TestCategories.RealData), Category(TestCategories.Soak)]
internal sealed class PobleSecTests
{
    private static readonly FitContext _context = new(1, null, CancellationToken.None);

    [TestCase]
    [TestCase("GRU")]
    [TestCase("GRU", "LSTM", "PROPHET")]
    public void Intervals_cover_what_they_promise_at_every_decided_band_and_are_better_than_those_that_know_no_level(params string[] types)
    {
        var data = Prepare();
        var runs = types.Select(type => Run(type, data)).ToList();
        var references = new EnsembleFamily(ForecasterCatalog.References).References;
        var made = EnsembleFit.Of(data, runs, references, _context);
        using var ensemble = made.Fit.Model;
        TestContext.Out.WriteLine(made.Fit.Diagnostics!.ToJsonString());

        var frame = EvaluationFrame.Of(data, ensemble.Signature.InputLength);
        var bands = BandFrame.Of(frame, BandPlan.Of(Season.Steps(data.Meta.Step), frame.ScoredRows));
        var judge = new BandJudge(bands, data.Meta.Scaler, data.Meta.Targets);
        var others = references.Select(f => Run(f.ModelType, data)).Concat(runs)
            .Select(run => (run.Model.Signature.ModelType, Scores: Judge(run.Model, run.Forecasts!))).ToList();
        var own = Judge(ensemble, made.Residuals);
        foreach (var (type, scores) in others.Append(("ENSEMBLE", own)))
            TestContext.Out.WriteLine(type + "\n" + string.Join('\n', scores.Select(Line)));

        // The residuals as they are, whatever the level.
        var plain = new ValidationResiduals(
            1,
            made.Residuals.Targets,
            [.. made.Residuals.Targets.Select((_, m) => made.Residuals.Truth[m].Zip(made.Residuals.Forecast[m], (t, f) => t - f)
                .Where((_, i) => i % made.Residuals.Leads.Count == 0).ToArray())]);
        var before = judge.Judge("ENSEMBLE", Replay(ensemble), new ConformalIntervals(plain, data.Meta.Targets), default)
            .Scores(null, new ScoreWeights())[0];
        TestContext.Out.WriteLine("before\n" + Line(before));

        foreach (var band in own.Where(b => !b.Indicative))
        {
            Assert.That(band.Coverage80, Is.InRange(0.74, 0.86), $"{band.From}-{band.To}");
            Assert.That(band.Coverage95, Is.InRange(0.91, 0.98), $"{band.From}-{band.To}");
        }

        Assert.That(own[0].IntervalScore80, Is.LessThan(0.95 * before.IntervalScore80!.Value));

        ForecastReplay Replay(IFittedForecaster model) => new(model, frame.Series, frame.Series, data.Restorer);

        IReadOnlyList<BandScore> Judge(IFittedForecaster model, ValidationForecasts residuals) => judge
            .Judge(model.Signature.ModelType, Replay(model), new ConformalIntervals(residuals, data.Meta.Targets), default)
            .Scores(null, new ScoreWeights());
    }

    private static string Line(BandScore band) => string.Create(
        CultureInfo.InvariantCulture,
        $"  {band.From,4}-{band.To,-4} rmse {band.Rmse:F5}  80: {band.Coverage80:P1}  95: {band.Coverage95:P1}  "
        + $"score {band.IntervalScore80:F5}{(band.Indicative ? "  indicative" : "")}");

    private static RunModel Run(string type, PreparedDataset data)
    {
        var family = ForecasterCatalog.Get(type);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var fit = family.Create(family.Normalise(null)).Fit(data.TrainingSet, _context);
        using var before = fit.BeforeRefit;
        var fitted = clock.Elapsed;
        var run = new RunModel(fit.Model, ValidationForecasts.Of(before ?? fit.Model, data, default));
        TestContext.Out.WriteLine(
            $"{type}: fit {fitted.TotalSeconds:F1} s, forecasts at the knots {(clock.Elapsed - fitted).TotalSeconds:F1} s");
        return run;
    }

    internal static PreparedDataset Prepare()
    {
        var folder = Environment.GetEnvironmentVariable("FLTS_DATASETS");
        Assert.That(folder, Is.Not.Null, "FLTS_DATASETS must name the folder of the measurements");
        return DatasetPreparer.Prepare(
            PreprocessConfigParser.Parse("PobleSec", new string('a', 64), new string('b', 64), []),
            Read("PobleSec.csv"),
            Read("PobleSec_test.csv"));

        RawTable Read(string file)
        {
            using var stream = File.OpenRead(Path.Combine(folder!, file));
            return CsvTableReader.Read(stream, file, new CsvReadOptions());
        }
    }
}
