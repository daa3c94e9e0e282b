using System.Text;
using System.Text.Json.Nodes;
using FLTS.Tests.Forecasting.Recurrent;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Trees;

[TestFixture, Parallelizable]
internal sealed class TamperedTreesTests
{
    private IFittedForecaster _model = null!;
    private byte[] _bytes = null!;

    [OneTimeSetUp]
    public void Fit()
    {
        _model = Small.Fit("""{"num_iterations": 3}""").Model;
        _bytes = _model.Save()["model.json"];
    }

    [OneTimeTearDown]
    public void Free() => _model.Dispose();

    [TestCase("feature", 9999, "asks for feature 9999")]
    [TestCase("feature", -1, "asks for feature -1")]
    [TestCase("left", 0, "leads to 0")]
    [TestCase("left", 5000, "leads to 5000")]
    [TestCase("right", -5000, "leads to -5000")]
    public void A_split_that_leads_nowhere_or_in_a_circle_is_refused(string list, int value, string reason) =>
        Refused(tree => tree[list]![0] = value, reason);

    [Test]
    public void A_branch_that_two_splits_share_is_refused() =>
        Refused(tree => tree["right"]![0] = tree["left"]![0]!.DeepClone(), "reached twice");

    [TestCase("feature")]
    [TestCase("threshold")]
    [TestCase("left")]
    [TestCase("right")]
    [TestCase("leaf")]
    public void Lists_that_do_not_fit_each_other_are_refused(string list)
    {
        Refused(tree => tree[list]!.AsArray().RemoveAt(0), "need as many thresholds");
        Refused(tree => tree.Remove(list), "must be lists");
    }

    [TestCase("leaf", "1e999", "malformed|not finite")]
    [TestCase("threshold", "1e39", "malformed|not finite")]
    [TestCase("threshold", "\"NaN\"", "malformed")]
    [TestCase("feature", "1.5", "malformed")]
    public void A_number_that_is_none_is_refused(string list, string value, string reason)
    {
        var text = Encoding.UTF8.GetString(_bytes);
        var at = text.IndexOf($"\"{list}\":[", StringComparison.Ordinal) + list.Length + 4;
        var end = text.IndexOfAny([',', ']'], at);
        Assert.That(
            () => Load(Encoding.UTF8.GetBytes(text[..at] + value + text[end..])),
            Throws.TypeOf<CorruptArtifactException>().With.Message.Matches(reason));
    }

    [TestCase("""{"x": 1}""")]
    [TestCase("null")]
    [TestCase("[]")]
    [TestCase("")]
    [TestCase("{")]
    public void What_is_no_model_is_refused(string json) =>
        Assert.That(() => Load(Encoding.UTF8.GetBytes(json)), Throws.TypeOf<CorruptArtifactException>());

    [Test]
    public void Trees_of_other_features_targets_or_meaning_are_refused()
    {
        foreach (var (change, reason) in new (Action<JsonObject>, string)[]
        {
            (m => m["features"]![0] = "other", "features are not"),
            (m => m["targets"]![0]!["name"] = "other", "targets are not a, b"),
            (m => m["targets"]!.AsArray().RemoveAt(0), "targets are not a, b"),
            (m => m["target_mode"] = "level", "no LIGHTGBM model of target_mode residual"),
            (m => m["model_type"] = "AR", "no LIGHTGBM model"),
            (m => m["targets"]![0]!["code"] = "x", "malformed"),
        })
        {
            var json = JsonNode.Parse(_bytes)!.AsObject();
            change(json);
            Assert.That(
                () => Load(Encoding.UTF8.GetBytes(json.ToJsonString())),
                Throws.TypeOf<CorruptArtifactException>().With.Message.Contains(reason));
        }

        var parameters = Small.Parameters();
        Assert.That(
            () => Small.Family.Load(_model.Signature with { InputLength = 7 }, parameters, _model.Save()),
            Throws.TypeOf<CorruptArtifactException>());
        Assert.That(
            () => Small.Family.Load(_model.Signature, parameters, new Dictionary<string, byte[]>()),
            Throws.TypeOf<CorruptArtifactException>().With.Message.Contains("model.json is missing"));
        Assert.That(
            () => Small.Family.Load(_model.Signature, new JsonObject { ["x"] = 1 }, _model.Save()),
            Throws.TypeOf<CorruptArtifactException>());
    }

    [Test]
    public void Bytes_changed_anywhere_are_refused_or_still_make_a_model_that_answers()
    {
        var (refused, loaded) = (0, 0);
        var random = new Random(4);
        for (var i = 0; i < 3000; i++)
        {
            var bytes = (byte[])_bytes.Clone();
            for (var change = 0; change <= i % 3; change++)
                bytes[random.Next(bytes.Length)] = (byte)"0123456789-.e,[]{}\"nul"[random.Next(22)];
            try
            {
                using var model = Load(bytes);
                Assert.That(model.Forecast(SeriesWindows.Of(Toy.Series(), [50]), 3), Is.All.Matches<double>(double.IsFinite));
                loaded++;
            }
            catch (CorruptArtifactException)
            {
                refused++;
            }
        }

        Assert.That(refused, Is.GreaterThan(100));
        Assert.That(loaded, Is.GreaterThan(100));
    }

    private void Refused(Action<JsonObject> change, string reason)
    {
        var json = JsonNode.Parse(_bytes)!.AsObject();
        change(json["targets"]![0]!["trees"]![0]!.AsObject());
        Assert.That(
            () => Load(Encoding.UTF8.GetBytes(json.ToJsonString())),
            Throws.TypeOf<CorruptArtifactException>().With.Message.Contains(reason));
    }

    private IFittedForecaster Load(byte[] bytes) =>
        Small.Family.Load(_model.Signature, Small.Parameters(), new Dictionary<string, byte[]> { ["model.json"] = bytes });
}
