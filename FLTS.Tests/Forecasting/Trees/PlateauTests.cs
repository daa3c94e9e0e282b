using System.Text;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Trees;
using FLTS.Tests.Forecasting.Recurrent;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Trees;

[TestFixture, Parallelizable]
internal sealed class PlateauTests
{
    [Test]
    public void On_a_plateau_everything_relative_to_the_last_value_is_exactly_zero([Values(0.3, 0.1, 1e15 / 3, -0.7)] double level)
    {
        var features = new WindowFeatures(["a", "b"], 12);
        var values = new float[features.Names.Count];

        features.FillWindow(Enumerable.Repeat(level, 24).ToArray(), values);

        var nonzero = features.Names.Zip(values).Where(f => f.Second != 0).Select(f => f.First);
        Assert.That(nonzero, Is.EquivalentTo(new[] { "a", "b" }), "the last values alone are not 0");
    }

    [Test]
    public void Off_a_plateau_mean_and_deviation_are_those_of_the_newest_rows()
    {
        var features = new WindowFeatures(["a"], 4);
        var values = new float[features.Names.Count];

        features.FillWindow([1, 2, 4, 9], values);

        var named = features.Names.Zip(values).ToDictionary(f => f.First, f => f.Second);
        Assert.Multiple(() =>
        {
            Assert.That(named["mean(a-last,2)"], Is.EqualTo(-2.5f));
            Assert.That(named["mean(a-last,4)"], Is.EqualTo(-5f));
            Assert.That(named["sd(a-last,4)"], Is.EqualTo((float)Math.Sqrt((9 + 4 + 0 + 25) / 4.0)));
            Assert.That(named["min(a,4)"], Is.EqualTo(-8f));
        });
    }

    [Test]
    public void Trees_of_before_are_asked_about_the_features_they_were_grown_on()
    {
        using var model = Small.Fit("""{"num_iterations": 5}""").Model;
        var ofBefore = WindowFeatures.OfBefore(model.Signature.Inputs, model.Signature.InputLength);
        var json = JsonNode.Parse(model.Save()["model.json"])!;
        json["features"] = new JsonArray([.. ofBefore.Names.Select(n => (JsonNode)n)]);
        var stored = Encoding.UTF8.GetBytes(json.ToJsonString());

        using var loaded = Small.Family.Load(
            model.Signature, Small.Parameters("""{"num_iterations": 5}"""), new Dictionary<string, byte[]> { ["model.json"] = stored });

        Assert.That(ofBefore.Names, Does.Contain("mean(a,3)").And.Contain("sd(b,6)"), "names that are stored in models of before");
        Assert.That(
            JsonNode.Parse(loaded.Save()["model.json"])!["features"]!.AsArray().Select(n => n!.ToString()), Is.EqualTo(ofBefore.Names));
        Assert.That(
            loaded.Forecast(SeriesWindows.Of(Toy.Series(), [100]), 1)[0, 0, 0],
            Is.EqualTo(model.Forecast(SeriesWindows.Of(Toy.Series(), [100]), 1)[0, 0, 0]).Within(0.2));
    }
}
