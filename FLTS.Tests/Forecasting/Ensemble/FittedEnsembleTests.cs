using System.Text;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Baselines;
using FLTS.Forecasting.Compute;
using FLTS.Forecasting.Ensemble;
using FLTS.Forecasting.Preparation;
using FLTS.Tests.Forecasting.Preparation;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Ensemble;

[TestFixture, Parallelizable]
internal sealed class FittedEnsembleTests
{
    private static readonly PreparedDataset _data = DatasetPreparer.Prepare(
        Tables.Config(), Tables.Make("x.csv", 0, ("a", Tables.Walk(400, 1)), ("b", Tables.Walk(400, 2))));

    private static readonly EnsembleFamily _family = new(ForecasterCatalog.References);

    private static readonly int[] _origins = [50, 120, 300];

    /// <summary>Of AR (as a run's model), NAIVE and EWMA (as references).</summary>
    private static readonly EnsembleWeights _weights = new(
        [1, 4, 16], [[[0.5, 0.5, 0], [1, 0, 0]], [[0.25, 0.25, 0.5], [0, 1, 0]], [[0, 0, 1], [0, 0, 1]]]);

    private readonly IFittedForecaster _ar = Fit(new ArFamily());

    [OneTimeTearDown]
    public void Dispose() => _ar.Dispose();

    [Test]
    public void It_answers_with_the_weighted_mean_of_its_members_lead_by_lead_and_target_by_target()
    {
        using var ensemble = Make();
        var windows = SeriesWindows.Of(_data.Train, _origins);
        var answer = ensemble.Forecast(windows, 20);
        var members = new[] { _ar, Fit(new NaiveFamily()), Fit(new EwmaFamily()) }.Select(m => m.Forecast(windows, 20)).ToArray();
        foreach (var (lead, target, shares) in new (int, int, double[])[]
        {
            (1, 0, [0.5, 0.5, 0]), (1, 1, [1, 0, 0]), (4, 0, [0.25, 0.25, 0.5]), (2, 0, [0.375, 0.375, 0.25]), (2, 1, [0.5, 0.5, 0]),
            (8, 1, [0, 0.5, 0.5]), (16, 0, [0, 0, 1]), (20, 1, [0, 0, 1]),
        })
        {
            for (var n = 0; n < _origins.Length; n++)
                Assert.That(
                    answer[n, lead - 1, target],
                    Is.EqualTo(shares.Select((w, p) => w * members[p][n, lead - 1, target]).Sum()).Within(1e-12),
                    $"lead {lead}, target {target}");
        }
    }

    [Test]
    public void It_tells_what_each_member_counts_at_a_lead()
    {
        using var ensemble = Make();

        Assert.That(ensemble.SharesAt(1), Is.EqualTo(new Dictionary<string, double> { ["AR"] = 0.75, ["NAIVE"] = 0.25 }));
        Assert.That(
            ensemble.SharesAt(2), Is.EqualTo(new Dictionary<string, double> { ["AR"] = 0.4375, ["NAIVE"] = 0.4375, ["EWMA"] = 0.125 }));
        Assert.That(ensemble.SharesAt(99), Is.EqualTo(new Dictionary<string, double> { ["EWMA"] = 1 }));
    }

    [Test]
    public void What_it_answers_at_a_lead_depends_neither_on_how_far_nor_on_what_else_it_is_asked()
    {
        using var ensemble = Make();
        var windows = SeriesWindows.Of(_data.Train, _origins);
        var (long_, short_) = (ensemble.Forecast(windows, 40), ensemble.Forecast(windows, 10));
        int[] leads = [3, 40, 1, 7];
        var (some, alone) = (ensemble.ForecastAt(windows, leads), ensemble.Forecast(SeriesWindows.Of(_data.Train, [_origins[1]]), 40));
        for (var m = 0; m < 2; m++)
        {
            for (var h = 0; h < 10; h++)
                Assert.That(short_[2, h, m], Is.EqualTo(long_[2, h, m]));
            for (var l = 0; l < leads.Length; l++)
                Assert.That(some[1, l, m], Is.EqualTo(long_[1, leads[l] - 1, m]));
            Assert.That(alone[0, 39, m], Is.EqualTo(long_[1, 39, m]));
        }
    }

    [Test]
    public void A_member_listed_twice_gives_that_member_to_the_last_bit()
    {
        using var twice = new FittedEnsemble(
            _ar.Signature, new EnsembleWeights([1, 5], [[[0, 1], [1, 0]], [[0, 1], [1, 0]]]), [_ar, _ar], []);
        var windows = SeriesWindows.Of(_data.Train, _origins);
        Assert.That(twice.Forecast(windows, 12), Is.EqualTo(_ar.Forecast(windows, 12)));
    }

    [Test]
    public void Many_threads_that_ask_at_once_get_what_one_gets()
    {
        using var ensemble = Make();
        var windows = SeriesWindows.Of(_data.Train, _origins);
        var (expected, answers) = (ensemble.Forecast(windows, 15), new double[32][,,]);
        new Parallelism(4).For(answers.Length, i => answers[i] = ensemble.Forecast(windows, 15));
        Assert.That(answers, Is.All.EqualTo(expected));
    }

    [Test]
    public void Saved_and_loaded_with_the_models_of_its_runs_it_answers_the_same()
    {
        using var ensemble = Make();
        var files = ensemble.Save();
        Assert.That(files.Keys, Is.EquivalentTo(["model.json", "references/NAIVE/model.json", "references/EWMA/model.json"]));
        using var loaded = _family.Load(ensemble.Signature, [], files, [_ar]);
        var windows = SeriesWindows.Of(_data.Train, _origins);
        Assert.That(loaded.Forecast(windows, 30), Is.EqualTo(ensemble.Forecast(windows, 30)));
        Assert.That(loaded.Save(), Is.EqualTo(files));
    }

    [Test]
    public void What_does_not_make_an_ENSEMBLE_is_refused_in_words()
    {
        using var ensemble = Make();
        var files = ensemble.Save();
        void Refused(string words, Action<JsonObject>? change = null, IFittedForecaster[]? runs = null)
        {
            var model = JsonNode.Parse(files["model.json"])!.AsObject();
            change?.Invoke(model);
            var changed = new Dictionary<string, byte[]>(files) { ["model.json"] = Encoding.UTF8.GetBytes(model.ToJsonString()) };
            Assert.That(
                () => _family.Load(ensemble.Signature, [], changed, runs ?? [_ar]),
                Throws.TypeOf<CorruptArtifactException>().With.Message.Contains(words));
        }

        Refused("has the members AR, not ", runs: []);
        Refused("has the members AR, not NAIVE", runs: [Fit(new NaiveFamily())]);
        Refused("another model type", m => m["model_type"] = "GRU");
        Refused("sum 1", m => m["weights"]![0]![0]![0] = 0.6);
        Refused("none below 0", m => m["weights"]![1]![1] = new JsonArray(2, -1, 0));
        Refused("ascending leads", m => m["leads"] = new JsonArray(1, 16, 4));
        Refused("malformed", m => m["weights"] = null);
        Refused("malformed", m => m["references"]![0]!["hyperparameters"] = 3);
        Refused("reference 'WONDER'", m => m["references"]![0]!["model_type"] = "WONDER");
        foreach (var (missing, words) in new[] { ("model.json", "ENSEMBLE: "), ("references/EWMA/model.json", "EWMA: ") })
            Assert.That(
                () => _family.Load(
                    ensemble.Signature, [], files.Where(f => f.Key != missing).ToDictionary(f => f.Key, f => f.Value), [_ar]),
                Throws.TypeOf<CorruptArtifactException>().With.Message.Contains(words + "model.json is missing"));
    }

    [Test]
    public void It_needs_what_its_longest_member_needs_and_goes_as_far_as_its_shortest_can()
    {
        Told Of(string[] inputs, int length, int horizon) => new(new("X", inputs, ["a"], length, horizon, _data.Train.Step));
        using Told one = Of(["a"], 5, 1), two = Of(["b", "a"], 30, 7), three = Of(["a"], 1, 1);
        var signature = FittedEnsemble.SignatureOf([one, two, three], ["a", "b", "c"]);
        Assert.That((signature.Inputs, signature.InputLength, signature.Horizon), Is.EqualTo((new[] { "a", "b" }, 30, 7)));
        Assert.That(signature.ModelType, Is.EqualTo("ENSEMBLE"));
    }

    [Test]
    public void Holidays_that_no_member_knows_are_refused_and_others_are_told_to_those_who_know_them()
    {
        ComingHoliday[] coming = [new("fair", new DateOnly(2024, 1, 2))];
        var windows = SeriesWindows.Of(_data.Train, _origins, coming);
        using var ensemble = Make();
        Assert.That(() => ensemble.Forecast(windows, 1), Throws.TypeOf<InvalidInputException>().With.Message.Contains("ENSEMBLE"));
        using var knowing = new Told(_ar.Signature);
        using var mixed = new FittedEnsemble(
            _ar.Signature, new EnsembleWeights([1], [[[0.5, 0.5], [0.5, 0.5]]]), [_ar, knowing], []);
        Assert.That(() => mixed.Forecast(windows, 2), Throws.Nothing);
        Assert.That(knowing.Holidays, Is.EqualTo(coming));
        Assert.That(() => mixed.Forecast([.. windows], 2), Throws.Nothing);
    }

    private FittedEnsemble Make() => new(
        _ar.Signature with { ModelType = "ENSEMBLE" },
        _weights,
        [_ar],
        [
            new EnsembleReference(Fit(new NaiveFamily()), []),
            new EnsembleReference(Fit(new EwmaFamily()), new EwmaFamily().Normalise(null)),
        ]);

    private static IFittedForecaster Fit(IForecasterFamily family) =>
        family.Create(family.Normalise(null)).Fit(_data.TrainingSet, new FitContext(1, null, default)).Model;

    private sealed class Told(ModelSignature signature) : IFittedForecaster
    {
        public IReadOnlyList<ComingHoliday>? Holidays { get; private set; }

        public ModelSignature Signature => signature;

        public bool KnowsHolidays => true;

        public bool FeedsBack => true;

        public double[,,] Forecast(IReadOnlyList<Window> windows, int steps)
        {
            Holidays = windows[0].Holidays;
            return new double[windows.Count, steps, 2];
        }

        public IReadOnlyDictionary<string, byte[]> Save() => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
