using System.Text;
using System.Text.Json.Nodes;
using FLTS.Tests.Forecasting.Recurrent;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Trees;

[TestFixture, Parallelizable]
internal sealed class TamperedKnotTreesTests
{
    private IFittedForecaster _model = null!;
    private IReadOnlyDictionary<string, byte[]> _files = null!;

    [OneTimeSetUp]
    public void Fit()
    {
        _model = Small.FitDirect("""{"num_iterations": 3, "num_leaves": 4}""").Model;
        _files = _model.Save();
    }

    [OneTimeTearDown]
    public void Free() => _model.Dispose();

    [Test]
    public void Trees_of_other_features_targets_or_knots_are_refused()
    {
        foreach (var (change, reason) in new (Action<JsonObject>, string)[]
        {
            (m => m["features"]![0] = "other", "features are not"),
            (m => m["targets"]![0]!["name"] = "other", "targets are not a, b"),
            (m => m["targets"]!.AsArray().RemoveAt(0), "targets are not a, b"),
            (m => m["lead_mode"] = "recursive", "no LIGHTGBM model of direct leads"),
            (m => m.Remove("lead_mode"), "no LIGHTGBM model of direct leads"),
            (m => m["model_type"] = "AR", "no LIGHTGBM model"),
            (m => m["knots"]![0] = 2, "do not rise from 1"),
            (m => m["knots"]![1] = 1, "do not rise from 1"),
            (m => m["knots"]!.AsArray().Clear(), "do not rise from 1"),
            (m => m["targets"]![1]!["knots"]!.AsArray().RemoveAt(0), "'b' has"),
            (m => m["targets"]![1]!["knots"]![0] = null, "'b', lead 1 has no list of trees"),
            (m => m["targets"]![1]!["knots"]![0]!["trees"] = null, "'b', lead 1 has no list of trees"),
            (m => m["targets"]![0]!["knots"]![0]!["code"] = "x", "malformed"),
            (m => m["targets"]![0]!["knots"]![0]!["over_last"] = 1, "malformed"),
            (m => FirstTree(m)["feature"]![0] = 9999, "asks for feature 9999"),
            (m => FirstTree(m)["left"]![0] = 0, "leads to 0"),
        })
        {
            var json = JsonNode.Parse(_files["model.json"])!.AsObject();
            change(json);
            Assert.That(
                () => Load(Encoding.UTF8.GetBytes(json.ToJsonString()), _files["base.json"]),
                Throws.TypeOf<CorruptArtifactException>().With.Message.Contains(reason));
        }
    }

    [Test]
    public void Without_its_base_it_is_refused() => Assert.That(
        () => Small.Family.Load(
            _model.Signature,
            Small.Parameters("""{"lead_mode": "direct"}"""),
            new Dictionary<string, byte[]> { ["model.json"] = _files["model.json"] }),
        Throws.TypeOf<CorruptArtifactException>().With.Message.Contains("base.json is missing"));

    [Test]
    public void A_model_of_before_is_no_direct_one_nor_the_other_way_round()
    {
        using var before = Small.Fit("""{"num_iterations": 3}""").Model;
        Assert.That(() => Load(before.Save()["model.json"], _files["base.json"]), Throws.TypeOf<CorruptArtifactException>());
        Assert.That(
            () => Small.Family.Load(_model.Signature, Small.Parameters(), _files), Throws.TypeOf<CorruptArtifactException>());
    }

    [Test]
    public void Bytes_changed_anywhere_are_refused_or_still_make_a_model_that_answers([Values("model.json", "base.json")] string file)
    {
        var (refused, loaded) = (0, 0);
        var random = new Random(4);
        for (var i = 0; i < 600; i++)
        {
            var bytes = (byte[])_files[file].Clone();
            for (var change = 0; change <= i % 3; change++)
                bytes[random.Next(bytes.Length)] = (byte)"0123456789-.e,[]{}\"nul"[random.Next(22)];
            try
            {
                using var model = file == "model.json" ? Load(bytes, _files["base.json"]) : Load(_files["model.json"], bytes);
                Assert.That(() => model.Forecast(SeriesWindows.Of(Toy.Series(), [150]), 3), Throws.Nothing);
                loaded++;
            }
            catch (CorruptArtifactException)
            {
                refused++;
            }
        }

        Assert.That(refused, Is.GreaterThan(20));
        Assert.That(loaded, Is.GreaterThan(20));
    }

    private static JsonObject FirstTree(JsonObject model) => model["targets"]!.AsArray()
        .SelectMany(target => target!["knots"]!.AsArray())
        .SelectMany(knot => knot!["trees"]!.AsArray())
        .First(tree => tree!["feature"]!.AsArray().Count > 0)!
        .AsObject();

    private IFittedForecaster Load(byte[] model, byte[] over) => Small.Family.Load(
        _model.Signature,
        Small.Parameters("""{"lead_mode": "direct"}"""),
        new Dictionary<string, byte[]> { ["model.json"] = model, ["base.json"] = over });
}
