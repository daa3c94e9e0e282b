using System.Text.Json.Nodes;
using FLTS.Forecasting.Json;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Prophet;
using FLTS.Tests.Forecasting.Preparation;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Prophet;

/// <summary>Caps and floors given as numbers are in the data's own units; documents of before keep their meaning.</summary>
[TestFixture, Parallelizable]
internal sealed class LimitUnitsTests
{
    private const int Rows = 300;

    private static readonly ProphetFamily _family = new();

    /// <summary>Grow to 100 and to 1000; the second is the first in other units.</summary>
    private static readonly double[] _users = [.. Enumerable.Range(0, Rows).Select(i => 100 / (1 + Math.Exp(-(i - 120) / 30.0)))];

    [Test]
    public void A_cap_is_in_the_units_of_the_data_whatever_the_scaler([Values("None", "MinMax", "Standard")] string scaler)
    {
        var data = Data(scaler, ("users", _users));

        Assert.That(Farthest(data, """{"growth": "logistic", "cap": 100}""")[0], Is.InRange(90, 100.5));
        Assert.That(Farthest(data, """{"growth": "logistic", "cap": 130}""")[0], Is.InRange(90, 130));
    }

    [Test]
    public void Each_target_has_the_cap_in_its_own_units_and_so_has_the_model_that_was_stored()
    {
        var data = Data("MinMax", ("few", [.. _users.Select(v => v / 4)]), ("users", _users));
        var parameters = _family.Normalise(JsonNode.Parse("""{"growth": "logistic", "cap": 100, "floor": 0}""")!.AsObject());
        var fit = _family.Create(parameters).Fit(data.TrainingSet, new FitContext(1, null, default));
        using var model = fit.Model;
        using var unseen = fit.BeforeRefit;
        using var loaded = _family.Load(model.Signature, parameters, model.Save());
        var windows = SeriesWindows.Of(data.Train, [data.Train.Rows - 1]);

        Assert.That(loaded.Forecast(windows, 300), Is.EqualTo(model.Forecast(windows, 300)));
        Assert.That(model.Save().Keys, Has.Member("columns.json"), "the units lie beside the model");
        Assert.That(Farthest(data, """{"growth": "logistic", "cap": 100}""")[1], Is.InRange(90, 100.5));
        Assert.That(
            () => _family.Load(model.Signature, parameters, new Dictionary<string, byte[]>
            {
                [ProphetJson.FileName] = model.Save()[ProphetJson.FileName],
            }),
            Throws.TypeOf<CorruptArtifactException>().With.Message.Contains("columns.json"));
    }

    [Test]
    public void A_document_says_so_where_it_has_a_constant_limit_and_nowhere_else()
    {
        Assert.That(Marker("""{"growth": "logistic", "cap": 100}"""), Is.EqualTo("data"));
        Assert.That(Marker("""{"growth": "logistic", "cap": "capacity", "floor": 5}"""), Is.EqualTo("data"));
        Assert.That(Marker("""{"growth": "logistic", "cap": "capacity"}"""), Is.Null);
        Assert.That(Marker("{}"), Is.Null);
        Assert.That(
            () => Marker("""{"limit_units": "scaled"}"""),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains("PROPHET.limit_units"));
    }

    [Test]
    public void A_complete_document_of_before_keeps_its_hash_and_its_limits_on_the_series_scale()
    {
        var before = _family.Normalise(JsonNode.Parse("""{"growth": "logistic", "cap": 1.2}""")!.AsObject());
        before.Remove("limit_units");

        Assert.That(CanonicalJson.Hash(_family.Normalise(before)), Is.EqualTo(CanonicalJson.Hash(before)));

        // 1 is the greatest value of train with MinMax: 1.2 is about 119.
        var data = Data("MinMax", ("users", _users));
        using var model = Fit(data, before);
        Assert.That(model.Save().Keys, Has.None.EqualTo("columns.json"));
        Assert.That(Last(data, model)[0], Is.InRange(90, 120));
        var today = _family.Normalise(JsonNode.Parse("""{"growth": "logistic", "cap": 1.2}""")!.AsObject());
        Assert.That(_family.Normalise(today).ToJsonString(), Is.EqualTo(today.ToJsonString()), "a complete one of today is itself");
    }

    [Test]
    public void Flags_and_regressors_are_read_in_units_of_any_size()
    {
        var tiny = new ColumnUnits(3e-11, 7e-12);
        Assert.That(tiny.Original(tiny.Scaled(2.345e-11)), Is.EqualTo(2.345e-11).Within(1e-24), "it is no 0");
        var flag = new ColumnUnits(0.37, 0.48);
        Assert.That(new[] { flag.Original(flag.Scaled(0)), flag.Original(flag.Scaled(1)) }, Is.EqualTo(new[] { 0.0, 1.0 }));
        var large = new ColumnUnits(5e14, 3e13);
        Assert.That(large.Original(large.Scaled(4.2e14)), Is.EqualTo(4.2e14));
    }

    private static string? Marker(string options) =>
        (string?)_family.Normalise(JsonNode.Parse(options)!.AsObject())["limit_units"];

    private static double[] Farthest(PreparedDataset data, string options)
    {
        using var model = Fit(data, _family.Normalise(JsonNode.Parse(options)!.AsObject()));
        return Last(data, model);
    }

    private static IFittedForecaster Fit(PreparedDataset data, JsonObject parameters)
    {
        parameters["refit_on_all"] = false;
        return _family.Create(parameters).Fit(data.TrainingSet, new FitContext(1, null, default)).Model;
    }

    /// <summary>[M] 300 steps ahead, in original units.</summary>
    private static double[] Last(PreparedDataset data, IFittedForecaster model)
    {
        int[] origins = [data.Train.Rows - 1];
        var forecast = data.Restorer.Restore(model.Forecast(SeriesWindows.Of(data.Train, origins), 300), data.Train, origins);
        return [.. Enumerable.Range(0, forecast.GetLength(2)).Select(m => forecast[0, 299, m])];
    }

    private static PreparedDataset Data(string scaler, params (string, double[])[] columns) => DatasetPreparer.Prepare(
        Tables.Config($$"""{"scaler": "{{scaler}}", "calendar": false}"""), Tables.Make("x.csv", 0, columns));
}
