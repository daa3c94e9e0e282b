using System.Text.Json.Nodes;
using FLTS.Forecasting.Bands;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;
using FLTS.Modules.Evaluation.Scoring;
using FLTS.Modules.Registry.Artifacts;
using NUnit.Framework;

namespace FLTS.Tests.Evaluation;

/// <summary>What a challenger's configuration does to its own inputs is nobody else's affair (FORECASTING.md 3.4).</summary>
[TestFixture]
[Parallelizable]
internal sealed class FairScoresTests
{
    private static readonly PreparedDataset _open = Prepare("{}");

    [TestCase("""{"clipping": {"method": "percentile", "percentile": 0.2}}""")]
    [TestCase("""{"clipping": {"method": "iqr", "iqr_factor": 0.1}}""")]
    [TestCase("""{"clipping": {"method": "percentile", "percentile": 0.2}, "lags": [2]}""")]
    public void A_champions_score_and_the_references_do_not_depend_on_the_challengers_clipping(string clipping)
    {
        var champion = Repeating("champion", _open);
        var without = Scorer.Score(_open, [Repeating("run", _open)], champion, new EvaluationPolicy(), default);
        var clipped = Prepare(clipping);

        var with = Scorer.Score(clipped, [Repeating("run", clipped)], champion, new EvaluationPolicy(), default);

        Assert.Multiple(() =>
        {
            Assert.That(with.Champion!.Score, Is.EqualTo(without.Champion!.Score).Within(1e-9), with.Champion.NotApplicable);
            foreach (var reference in without.References.Where(r => r.Score is not null && r.ModelType != "AR"))
            {
                var its = with.References.Single(r => r.ModelType == reference.ModelType);
                Assert.That(its.Score, Is.EqualTo(reference.Score).Within(1e-9), reference.ModelType);
            }

            Assert.That(
                with.Candidates.Single().Score,
                Is.GreaterThan(1.2 * without.Candidates.Single().Score!.Value),
                "what repeats a clipped value is worse: the clipping bites");
        });
    }

    [Test]
    public void AR_is_fitted_on_and_fed_what_was_not_clipped()
    {
        var clipped = Prepare("""{"clipping": {"method": "percentile", "percentile": 0.2}}""");

        var (without, with) = (Ar(_open), Ar(clipped));

        Assert.That(with, Is.EqualTo(without).Within(1e-6 * without));

        static double Ar(PreparedDataset data) => Scorer
            .Score(data, [Repeating("run", data)], null, new EvaluationPolicy(), default)
            .References.Single(r => r.ModelType == "AR").Score!.Value;
    }

    [Test]
    public void A_champion_that_clips_is_fed_rows_clipped_by_its_own_bounds()
    {
        var its = Prepare("""{"clipping": {"method": "percentile", "percentile": 0.2}}""");

        var onOpen = Scorer.Score(_open, [Repeating("run", _open)], Repeating("c", its), new EvaluationPolicy(), default);
        var onIts = Scorer.Score(its, [Repeating("run", its)], null, new EvaluationPolicy(), default);

        Assert.That(onOpen.Champion!.Score, Is.EqualTo(onIts.Candidates.Single().Score).Within(1e-9));
    }

    [Test]
    public void A_reference_that_breaks_is_not_applicable_and_says_in_what_it_broke()
    {
        var scorer = References();

        var line = scorer.Line("BROKEN", scorer.Ask(new Broken(), default), naive: null);

        Assert.That((line.Kind, line.Score), Is.EqualTo(("reference", (double?)null)));
        Assert.That(line.NotApplicable, Is.EqualTo("IndexOutOfRangeException in BROKEN: Index was outside the bounds of the array."));
    }

    [Test]
    public void A_cancelled_evaluation_is_no_reference_that_breaks()
    {
        var scorer = References();

        Assert.That(() => scorer.Ask(new Broken(), new CancellationToken(true)), Throws.InstanceOf<OperationCanceledException>());
    }

    private static ReferenceScorer References()
    {
        var frame = EvaluationFrame.Of(_open, 1);
        var bands = BandFrame.Of(frame, BandPlan.Of(720, frame.ScoredRows));
        return new ReferenceScorer(_open, frame, new BandJudge(bands, _open.Meta.Scaler, _open.Meta.Targets), new EvaluationPolicy());
    }

    /// <summary>A walk with spikes that clipping cuts off, and holes.</summary>
    private static PreparedDataset Prepare(string options)
    {
        var random = new Random(3);
        double Value(int i) => random.NextDouble() < 0.03 ? double.NaN : 50 + (20 * Math.Sin(i / 30.0)) + (3 * random.NextDouble());
        double[] Column() => [.. Enumerable.Range(0, 1000).Select(Value)];
        var table = new RawTable
        {
            Name = "station.csv",
            TimestampColumn = "time",
            Timestamps = [.. Enumerable.Range(0, 1000).Select(i => new DateTime(2026, 3, 2).AddMinutes(2 * i))],
            Columns = ["up", "down"],
            Header = ["up", "down"],
            Values = [Column(), Column()],
        };
        return DatasetPreparer.Prepare(
            PreprocessConfigParser.Parse("station", new string('a', 64), null, JsonNode.Parse(options)!.AsObject()), table);
    }

    /// <summary>Repeats the last row that it is shown, on its own scale.</summary>
    /// <param name="id">Of its run.</param>
    /// <param name="trained">Whose scale and columns are its own.</param>
    private static Candidate Repeating(string id, PreparedDataset trained)
    {
        var measured = trained.Meta.Measured;
        var manifest = new ArtifactManifest(
            new(id),
            1,
            "GRU",
            new(trained.Meta.ConfigHash),
            new("params"),
            new("station"),
            [],
            measured,
            trained.Meta.Targets,
            1,
            1,
            120,
            false,
            null, null, new GoldenPrediction(0, [], 0), null, new Dictionary<string, string>(), []);
        return new Candidate(new(id), new LoadedModel(manifest, new Last(manifest.Signature()), trained.Meta.Scaler, trained.Meta.Config));
    }

    private sealed class Last(ModelSignature signature) : IFittedForecaster
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
                    {
                        var (series, origin) = (windows[n].Series, windows[n].Origin);
                        forecast[n, h, m] = series.Values[series.IndexOf(signature.Targets[m])][origin];
                    }
                }
            }

            return forecast;
        }

        public IReadOnlyDictionary<string, byte[]> Save() => new Dictionary<string, byte[]>();

        public void Dispose()
        {
        }
    }

    private sealed class Broken : IForecasterFamily
    {
        private static readonly IForecaster[] _none = [];

        public string ModelType => "BROKEN";

        public JsonObject Normalise(JsonObject? hyperparameters) => [];

        public IForecaster Create(JsonObject hyperparameters) => _none[hyperparameters.Count];

        public IFittedForecaster Load(ModelSignature signature, JsonObject hyperparameters, IReadOnlyDictionary<string, byte[]> files) =>
            throw new NotSupportedException();
    }
}
