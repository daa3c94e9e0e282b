using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Baselines;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Scaling;
using FLTS.Forecasting.Series;
using FLTS.Tests.Inference;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Preparation;

/// <summary>What forecasts are kept within: <c>bounds</c> and <c>non_negative</c> (FORECASTING.md 5).</summary>
[Parallelizable]
public class BoundsTests
{
    /// <summary>Falls below 0 at row 90, ten rows after train ends.</summary>
    private static readonly double[] _falling = [.. Enumerable.Range(0, 100).Select(i => 89.5 - i)];

    private static readonly double[] _counts = [.. Enumerable.Range(0, 100).Select(i => (double)(i % 7))];

    [TestCase("{}", -3, 0, Description = "train was never below 0")]
    [TestCase("""{"non_negative": "off"}""", -3, -3)]
    [TestCase("""{"non_negative": "on"}""", -3, 0)]
    [TestCase("""{"bounds": {"a": {"min": -1}}}""", -3, -1, Description = "what is stated goes before auto")]
    [TestCase("""{"bounds": {"a": {"min": 2, "max": 4}}}""", 1, 2)]
    [TestCase("""{"bounds": {"a": {"min": 2, "max": 4}}}""", 5, 4)]
    [TestCase("""{"bounds": {"a": {"max": 4}}}""", -3, 0)]
    public void A_forecast_is_kept_within_what_is_stated_in_original_units(string options, double forecast, double kept)
    {
        foreach (var scaler in Enum.GetNames<ScalerKind>())
        {
            var data = Prepare(options, scaler, _counts);

            Assert.That(Restored(data, data.Train, 5, forecast), Is.EqualTo(kept).Within(1e-12), scaler);
        }
    }

    [Test]
    public void A_target_that_fell_below_zero_in_train_is_kept_above_it_only_where_that_is_asked()
    {
        double[] values = [.. _counts.Select(v => v - 1)];
        Assert.That(Restored(Prepare("{}", "MinMax", values), null, 5, -3), Is.EqualTo(-3).Within(1e-12));
        Assert.That(Restored(Prepare("""{"non_negative": "on"}""", "MinMax", values), null, 5, -3), Is.EqualTo(0));
    }

    [TestCase("MinMax")]
    [TestCase("Standard")]
    public void A_temperature_that_falls_below_zero_after_train_is_no_longer_clamped_from_that_row_on(string scaler)
    {
        var data = Prepare("{}", scaler, _falling);
        var frame = EvaluationFrame.Of(data, 1);
        double[] asked = [.. frame.Origins.Select(origin => Restored(data, frame.Series, origin, -20))];

        // The first test row is 80; the origin of row t is t - 1, and row 90 is the first below 0.
        Assert.That(asked[..11], Is.All.EqualTo(0));
        Assert.That(asked[11..], Is.All.EqualTo(-20).Within(1e-12));
    }

    [Test]
    public void A_value_that_is_zero_is_not_below_it_whatever_scaling_makes_of_it()
    {
        double[] values = [.. Enumerable.Range(0, 100).Select(i => i < 80 ? 0.1 + (0.3 * (i % 7)) : 0)];
        foreach (var scaler in Enum.GetNames<ScalerKind>())
        {
            var data = Prepare("{}", scaler, values);
            var frame = EvaluationFrame.Of(data, 1);
            Assert.That(Restored(data, frame.Series, frame.Origins[^1], -1), Is.EqualTo(0), scaler);
        }
    }

    [Test]
    public void Clipping_hides_from_models_and_not_from_the_rule_that_a_value_fell_below_zero()
    {
        var data = Prepare("""{"clipping": {"method": "percentile"}}""", "MinMax", _falling);
        var model = Serving(data);
        var frame = SentRows.Read(Rows(85, 15), null, model, null);

        Assert.That(Restored(data, frame.Series, frame.Origin, -20), Is.EqualTo(-20).Within(1e-12));
    }

    [Test]
    public void What_fell_below_zero_before_the_rows_that_are_sent_is_known()
    {
        var data = Prepare("{}", "MinMax", _counts);
        var frame = SentRows.Read(Rows(0, 5), null, Serving(data), null);

        Assert.That(Restored(data, frame.Series, frame.Origin, -20), Is.EqualTo(0));
        Assert.That(Restored(data, frame.Series.Knowing(["a"]), frame.Origin, -20), Is.EqualTo(-20).Within(1e-12));
    }

    [Test]
    public void A_model_is_fed_what_it_may_forecast()
    {
        // Halves the distance to -10 at every step; train is 0 to 9.
        var scaler = new Scaler(ScalerKind.None, [new ColumnScale("a", 0, 1, 0, 9, null, 9)]);
        Assert.That(Rolled(scaler, 2), Is.EqualTo(new[] { -4.0, -5, -5, -5 }), "0 is fed as long as no value was below it");
        Assert.That(Rolled(scaler, -2), Is.EqualTo(new[] { -6.0, -7.25, -7.25, -7.25 }), "then what is plausible: -4.5");

        var bounded = new Scaler(ScalerKind.None, [scaler.Columns[0] with { Least = -1 }]);
        Assert.That(Rolled(bounded, 2), Is.EqualTo(new[] { -4.0, -5.5, -5.5, -5.5 }));
    }

    [Test]
    public void Bounds_beyond_what_is_plausible_are_kept_too()
    {
        var column = new ColumnScale("a", 0, 1, 0, 10, null, 5) { Least = 100 };
        Assert.That(PlausibleRange.Of(column), Is.EqualTo(new PlausibleRange(100, 100)));
    }

    [Test]
    public void Options_of_before_keep_their_hash_and_new_ones_come_back_as_they_were_written()
    {
        var before = Tables.Config();
        Assert.That(before.ToJson().Select(m => m.Key), Has.None.EqualTo("bounds").And.None.EqualTo("non_negative"));
        var empty = Tables.Config("""{"non_negative": "auto", "bounds": {"a": {}, "b": null}}""");
        Assert.That(empty.ConfigHash, Is.EqualTo(before.ConfigHash));

        var bounded = Tables.Config("""{"non_negative": "off", "bounds": {"b": {"max": 100}, "a": {"min": -40, "max": 60.5}}}""");
        Assert.That(bounded.ConfigHash, Is.Not.EqualTo(before.ConfigHash));
        Assert.That(bounded.ToJson()["bounds"]!.ToJsonString(), Is.EqualTo("""{"a":{"min":-40,"max":60.5},"b":{"max":100}}"""));
        Assert.That(PreprocessConfigParser.FromJson(bounded.ToJson()), Is.EqualTo(bounded));
        var scaler = Prepare("{}", "MinMax", _counts).Meta.Scaler.ToJson().ToJsonString();
        Assert.That(scaler, Does.Not.Contain("least").And.Not.Contain("fall"));
    }

    [TestCase("""{"bounds": {"a": {"min": 5, "max": 5}}}""", "'bounds.a.max' is 5; it must be above 'min' (5).")]
    [TestCase("""{"bounds": {"a": {"low": 5}}}""", "Unknown preprocessing option 'bounds.a.low'; known are min, max.")]
    [TestCase("""{"bounds": {"a": 5}}""", "'bounds.a' is 5; it must be a JSON object.")]
    [TestCase("""{"bounds": {"a": {"min": "0"}}}""", "'bounds.a.min' is \"0\"; it must be a finite number.")]
    [TestCase("""{"non_negative": "yes"}""", "'non_negative' is \"yes\"; it must be one of auto, off, on.")]
    [TestCase("""{"non_negative": "on", "bounds": {"a": {"min": -1}}}""", "'bounds.a.min' is -1; it must be at least 0, because")]
    [TestCase("""{"non_negative": "on", "bounds": {"a": {"max": -1}}}""", "'bounds.a.max' is -1; it must be above 0, because")]
    public void Bounds_that_leave_no_room_or_are_none_are_refused(string options, string why) =>
        Assert.That(() => Tables.Config(options), Throws.TypeOf<InvalidInputException>().With.Message.StartsWith(why));

    [Test]
    public void Bounds_of_a_column_that_is_not_there_are_refused_with_those_that_are() => Assert.That(
        () => Prepare("""{"bounds": {"lod": {"min": 0}}}""", "MinMax", _counts),
        Throws.TypeOf<InvalidInputException>().With.Message.EqualTo("x.csv: 'bounds' names 'lod', which is no column; there are a."));

    private static PreparedDataset Prepare(string options, string scaler, double[] values)
    {
        var json = JsonNode.Parse(options)!.AsObject();
        (json["scaler"], json["calendar"]) = (scaler, false);
        return DatasetPreparer.Prepare(Tables.Config(json.ToJsonString()), Tables.Make("x.csv", 0, ("a", values)));
    }

    /// <summary>A forecast in original units as it is answered.</summary>
    private static double Restored(PreparedDataset data, PreparedSeries? series, int origin, double forecast)
    {
        var column = data.Meta.Scaler["a"];
        var scaled = (forecast - column.Center) / column.Scale;
        return data.Restorer.Restore(new[, ,] { { { scaled } } }, series ?? data.Train, [origin])[0, 0, 0];
    }

    private static ServingModel Serving(PreparedDataset data) => new(
        data.Meta.Config, data.Meta.Scaler, new ModelSignature("NAIVE", ["a"], ["a"], 1, 1, data.Meta.Step));

    private static JsonNode Rows(int from, int count) => JsonSerializer.SerializeToNode(new Dictionary<string, object>
    {
        ["ts"] = Enumerable.Range(from, count).Select(i => Tables.Start.AddMinutes(i).ToString("s")).ToArray(),
        ["a"] = _falling[from..(from + count)],
    })!;

    private static double[] Rolled(Scaler scaler, double last)
    {
        var signature = new ModelSignature("AR", ["a"], ["a"], 1, 1, TimeSpan.FromMinutes(1))
        {
            Plausible = PlausibleRange.Scaled(scaler, ["a"]),
        };
        using var model = new ArFamily().Load(signature, new JsonObject { ["input_len"] = 1 }, new Dictionary<string, byte[]>
        {
            ["model.json"] = """
                {"model_type": "AR", "scale": [{"mean": 0, "deviation": 1}], "coefficients": [[0.5, -5]]}
                """u8.ToArray(),
        });
        var series = new PreparedSeries
        {
            Timestamps = [Tables.Start],
            Segments = [0],
            Step = TimeSpan.FromMinutes(1),
            Columns = ["a"],
            Values = [[last]],
            Observed = [[true]],
            Targets = ["a"],
        };
        return [.. model.Forecast([new Window(series, 0)], 4).Cast<double>()];
    }
}
