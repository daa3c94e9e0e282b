using System.Text.Json.Nodes;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;
using FLTS.Modules.Evaluation.Scoring;
using FLTS.Modules.Registry.Artifacts;
using FLTS.Modules.Training;
using NUnit.Framework;

namespace FLTS.Tests.Evaluation;

/// <summary>Little data, long steps, gaps: whatever can be scored is, and what cannot says why; nothing breaks.</summary>
[TestFixture]
[Parallelizable]
internal sealed class ShortDataTests
{
    private static readonly FitContext _context = new(1, null, CancellationToken.None);

    [TestCase(24 * 60, "{}", TestName = "Prophet_alone_on_daily_data_is_scored_and_so_are_the_references")]
    [TestCase(7 * 24 * 60, "{}", TestName = "Prophet_alone_on_weekly_data_is_scored_and_so_are_the_references")]
    [TestCase(6 * 60, "{}", TestName = "Prophet_alone_on_6_hourly_data_is_scored_and_so_are_the_references")]
    [TestCase(2, """{"sample_train_rows": 60}""", TestName = "Prophet_alone_on_a_sampled_head_is_scored_and_so_is_EWMA")]
    public void Prophet_alone(int minutes, string options)
    {
        var data = Prepare(150, minutes, options);

        var board = Score(data, [("PROPHET", "{}")]);

        var lines = board.References.ToDictionary(r => r.ModelType);
        Assert.Multiple(() =>
        {
            Assert.That(board.Candidates.Single().Score, Is.GreaterThan(0), board.Candidates.Single().NotApplicable);
            Assert.That(lines["NAIVE"].Score, Is.GreaterThan(0));
            Assert.That(lines["EWMA"].Score, Is.GreaterThan(0), lines["EWMA"].NotApplicable);
            Assert.That(
                lines["AR"].Score is not null || lines["AR"].NotApplicable!.Contains("needs 10 rows", StringComparison.Ordinal),
                lines["AR"].NotApplicable);
            Assert.That(lines["AR"].Score is not null, Is.EqualTo(data.Meta.TestFollowsTrain), "train's end is at hand where test follows");
        });
    }

    [Test]
    public void Rows_after_a_gap_are_averaged_from_the_rows_of_their_own_segment()
    {
        // Test begins behind a gap; what lies before it is far away in value, too.
        var data = Prepare(100, 2, "{}", gapBefore: 80, shift: 1000);

        var board = Score(data, [("PROPHET", "{}")]);

        var lines = board.References.ToDictionary(r => r.ModelType);
        Assert.That(lines["EWMA"].NotApplicable, Is.Null);
        Assert.That(
            lines["EWMA"].PerTarget!["a"].Original!.Mae, Is.LessThan(10), "the rows before the gap, 1000 lower, are no part of the mean");
        Assert.That(lines["AR"].NotApplicable, Does.Contain("without a gap"));
    }

    [Test]
    public void Gru_with_an_input_shorter_than_the_references_look_back_is_scored([Values(1, 3, 9)] int inputLength)
    {
        var data = Prepare(120, 60, """{"sample_train_rows": 80}""");

        var board = Score(data, [("GRU", $$"""{"input_len": {{inputLength}}, "epochs": 1, "hidden_size": 4}""")]);

        Assert.That(board.Candidates.Single().Score, Is.GreaterThan(0), board.Candidates.Single().NotApplicable);
        Assert.That(board.References.Single(r => r.ModelType == "EWMA").Score, Is.GreaterThan(0));
    }

    [Test]
    public void Five_to_twelve_rows_with_the_defaults_end_with_scores_or_with_sentences([Range(5, 12)] int rows)
    {
        var data = Prepare(rows, 2, "{}");

        var defaults = Score(data, [("GRU", "{}"), ("LSTM", "{}"), ("PROPHET", "{}")]);
        var all = Score(data, [.. ForecasterCatalog.Fitted.Select(f => (f.ModelType, "{}"))]);

        Assert.That(defaults.Candidates.Single(c => c.ModelType == "PROPHET").Score, Is.Not.Null);
        Assert.That(defaults.References.Where(r => r.Score is not null).Select(r => r.ModelType), Is.SupersetOf(new[] { "NAIVE", "EWMA" }));
        foreach (var line in (ScoreboardEntry[])[.. defaults.Candidates, .. defaults.References, .. all.Candidates, .. all.References])
        {
            var why = line.NotApplicable ?? line.Undefined?.GetValueOrDefault("score");
            Assert.That(line.Score is not null || why is { Length: > 20 }, $"{line.ModelType}: {why}");
        }
    }

    /// <summary>As training, storing and the evaluation do it. A type that refuses the data is left out, by a sentence.</summary>
    private static ScoringResult Score(PreparedDataset data, IReadOnlyList<(string Type, string Options)> types)
    {
        var candidates = new List<Candidate>();
        foreach (var (type, options) in types)
        {
            var hyperparameters = ForecasterCatalog.Get(type).Normalise(JsonNode.Parse(options)!.AsObject());
            try
            {
                var (fit, _) = RunResiduals.FitWith(type, hyperparameters, data, _context);
                var signature = fit.Model.Signature;
                fit.Model.Forecast(SeriesWindows.Of(data.Train, [data.Train.Rows - 1]), signature.Horizon); // The golden prediction.
                var manifest = new ArtifactManifest(
                    new($"run-{type}"),
                    1,
                    type,
                    new(data.Meta.ConfigHash),
                    new("params"),
                    new("station"),
                    hyperparameters,
                    signature.Inputs,
                    signature.Targets,
                    signature.InputLength,
                    signature.Horizon,
                    signature.Step.Duration.TotalSeconds,
                    signature.LeadFromEndOfTrain,
                    null, null, new GoldenPrediction(0, [], 0), null, new Dictionary<string, string>(), []);
                candidates.Add(new Candidate(
                    manifest.RunId, new LoadedModel(manifest, fit.Model, data.Meta.Scaler, data.Meta.Config)));
            }
            catch (FltsException e)
            {
                Assert.That(e.Message, Has.Length.GreaterThan(20), $"{type} must say why");
            }
        }

        try
        {
            Assert.That(candidates, Is.Not.Empty, "one at least can be fitted");
            return Scorer.Score(data, candidates, null, new EvaluationPolicy(), CancellationToken.None);
        }
        finally
        {
            candidates.ForEach(c => c.Model.Dispose());
        }
    }

    private static PreparedDataset Prepare(int rows, int minutes, string options, int? gapBefore = null, double shift = 0)
    {
        var random = new Random(rows);
        var gap = TimeSpan.FromMinutes(minutes * 100.0);
        var isBehind = (int i) => i >= (gapBefore ?? int.MaxValue);
        var table = new RawTable
        {
            Name = "station.csv",
            TimestampColumn = "time",
            Timestamps = [.. Enumerable.Range(0, rows)
                .Select(i => new DateTime(2024, 1, 1).AddMinutes((double)i * minutes) + (isBehind(i) ? gap : TimeSpan.Zero))],
            Columns = ["a"],
            Header = ["a"],
            Values = [[.. Enumerable.Range(0, rows)
                .Select(i => 50 + (10 * Math.Sin(i / 5.0)) + random.NextDouble() + (isBehind(i) ? shift : 0))]],
        };
        return DatasetPreparer.Prepare(
            PreprocessConfigParser.Parse("station", new string('a', 64), null, JsonNode.Parse(options)!.AsObject()), table);
    }
}
