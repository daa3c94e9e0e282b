using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Scaling;
using FLTS.Forecasting.Series;
using FLTS.Modules.Evaluation.Scoring;
using FLTS.Modules.Registry.Artifacts;
using NUnit.Framework;

namespace FLTS.Tests.Evaluation;

[TestFixture]
[Parallelizable]
internal sealed class ScorerTests
{
    private static readonly PreparedDataset _data = EvaluationRig.Prepare(1000); // 200 test rows

    [Test]
    public void Everybody_is_scored_on_the_same_rows_with_the_longest_input()
    {
        var scoring = Score([Fixed("short", 0, inputLength: 1), Fixed("long", 0, inputLength: 30)], champion: null);

        Assert.Multiple(() =>
        {
            Assert.That(scoring.Frame.ScoredRows, Is.EqualTo(200));
            Assert.That(scoring.Candidates[0].Rmse, Is.EqualTo(scoring.Candidates[1].Rmse));
            Assert.That(scoring.Candidates.SelectMany(c => c.PerTarget!.Values).Select(t => t.Cells).Distinct(), Is.EqualTo(new[] { 200 }));
            Assert.That(scoring.References.Select(r => r.ModelType), Does.Contain("NAIVE"));
        });
    }

    [Test]
    public void Rows_the_champion_has_seen_are_dropped_for_all()
    {
        var seen = new ManifestSpan(_data.Test.Timestamps[0], _data.Test.Timestamps[49], 50);

        var scoring = Score([Fixed("new", 0)], Fixed("old", 0.1, fitted: seen));

        Assert.That(
            (scoring.Frame.ScoredRows, scoring.Candidates[0].PerTarget!["up"].Cells, scoring.Champion!.PerTarget!["up"].Cells),
            Is.EqualTo((150, 150, 150)));
    }

    [Test]
    public void With_more_steps_a_forecast_that_reaches_into_what_the_champion_saw_is_dropped_too()
    {
        var seen = new ManifestSpan(_data.Test.Timestamps[190], _data.Test.Timestamps[199], 10);

        var scoring = Scorer.Score(
            _data,
            [Fixed("new", 0)],
            Fixed("old", 0.1, fitted: seen),
            new EvaluationPolicy { EvaluationHorizon = 5 },
            CancellationToken.None);

        Assert.That(scoring.Frame.ScoredRows, Is.EqualTo(186), "the first step of the last origin kept is row 185, its fifth is row 189");
    }

    [Test]
    public void A_champion_that_saw_too_much_is_incomparable_and_costs_the_others_nothing()
    {
        var seen = new ManifestSpan(_data.Test.Timestamps[0], _data.Test.Timestamps[149], 150);

        var scoring = Score([Fixed("new", 0)], Fixed("old", 0.1, validated: seen));

        Assert.That((scoring.Frame.ScoredRows, scoring.Champion!.Score), Is.EqualTo((200, (double?)null)));
        Assert.That(scoring.Champion.NotApplicable, Does.StartWith("champion_incomparable").And.Contain("50"));
    }

    [Test]
    public void Candidates_references_and_champion_are_judged_by_the_same_bands()
    {
        var scoring = Score([Fixed("new", 0.4)], Fixed("old", 0.6));

        ScoreboardEntry[] lines = [scoring.Candidates[0], scoring.Champion!, scoring.References.Single(r => r.ModelType == "NAIVE")];
        Assert.That(
            lines.Select(l => string.Join(' ', l.Bands!.Select(b => b.To))), Is.All.EqualTo("1 5 15 30 90"), "200 rows are not 360");
        Assert.That(lines.Select(l => l.NotJudged!.Keys.First()), Is.All.EqualTo("91-360"));
        Assert.That(lines.SelectMany(l => l.Bands!).Select(b => b.Rmse), Is.All.GreaterThan(0));
        Assert.That(lines.Select(l => string.Join(' ', l.Leads!.Select(k => k.Lead))), Is.All.EqualTo("1 2 5 10 15 30 60 90"));
        Assert.That(lines[0].Bands![0].Rmse, Is.EqualTo(lines[0].Rmse!.Value).Within(1e-12), "200 rows are few enough to ask all of them");
    }

    [Test]
    public void A_champion_of_another_step_is_incomparable()
    {
        var scoring = Score([Fixed("new", 0)], Fixed("old", 0.1, stepSeconds: 60));

        Assert.That(scoring.Champion!.NotApplicable, Does.Contain("its step is 00:01:00, this data's is 00:02:00"));
    }

    [Test]
    public void A_forecast_that_is_not_finite_fails_that_candidate_alone()
    {
        var scoring = Score([Fixed("bad", double.NaN), Fixed("good", 0.5)], champion: null);

        Assert.That(scoring.Candidates[0].NotApplicable, Does.Contain("NaN"));
        Assert.That(scoring.Candidates[0].Score, Is.Null);
        Assert.That(scoring.Candidates[1].Score, Is.GreaterThan(0));
    }

    [Test]
    public void A_champion_with_another_scale_is_read_and_restored_in_its_own()
    {
        // It repeats what it sees: in whatever scale, restored to original units that is NAIVE.
        var itsScaler = new Scaler(
            ScalerKind.Standard, [.. _data.Meta.Scaler.Columns.Select(c => c with { Center = c.Center + 7, Scale = c.Scale * 3 })]);

        var scoring = Score([Fixed("new", 0)], Repeating("old", itsScaler));

        Assert.That(scoring.Champion!.Rmse, Is.EqualTo(scoring.References.Single(r => r.ModelType == "NAIVE").Rmse!.Value).Within(1e-12));
    }

    private static ScoringResult Score(IReadOnlyList<Candidate> candidates, Candidate? champion) =>
        Scorer.Score(_data, candidates, champion, new EvaluationPolicy(), CancellationToken.None);

    private static Candidate Fixed(
        string id,
        double value,
        int inputLength = 1,
        ManifestSpan? fitted = null,
        ManifestSpan? validated = null,
        double stepSeconds = 120) =>
        Make(id, _data.Meta.Scaler, inputLength, fitted, validated, stepSeconds, (_, _, _) => value);

    private static Candidate Repeating(string id, Scaler scaler) =>
        Make(id, scaler, 1, null, null, 120, (history, origin, target) => history.Values[history.IndexOf(target)][origin]);

    private static Candidate Make(
        string id,
        Scaler scaler,
        int inputLength,
        ManifestSpan? fitted,
        ManifestSpan? validated,
        double stepSeconds,
        Func<PreparedSeries, int, string, double> answer)
    {
        var manifest = new ArtifactManifest(
            new(id),
            1,
            "GRU",
            new(_data.Meta.ConfigHash),
            new("params"),
            new("station"),
            [],
            _data.Meta.Columns,
            _data.Meta.Targets,
            inputLength,
            1,
            stepSeconds,
            false,
            fitted, validated, new GoldenPrediction(0, [], 0), null, new Dictionary<string, string>(), []);
        return new Candidate(new(id), new LoadedModel(manifest, new Answering(manifest.Signature(), answer), scaler, _data.Meta.Config));
    }

    /// <summary>Answers every step by a rule.</summary>
    private sealed class Answering(ModelSignature signature, Func<PreparedSeries, int, string, double> answer) : IFittedForecaster
    {
        public ModelSignature Signature => signature;

        public double[,,] Forecast(IReadOnlyList<Window> windows, int steps)
        {
            var forecast = new double[windows.Count, steps, signature.Targets.Count];
            for (var n = 0; n < windows.Count; n++)
            {
                for (var h = 0; h < steps; h++)
                {
                    for (var m = 0; m < signature.Targets.Count; m++)
                        forecast[n, h, m] = answer(windows[n].Series, windows[n].Origin, signature.Targets[m]);
                }
            }

            return forecast;
        }

        public IReadOnlyDictionary<string, byte[]> Save() => new Dictionary<string, byte[]>();

        public void Dispose()
        {
        }
    }
}
