using System.Text;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Prophet;
using FLTS.Forecasting.Prophet.Predict;
using FLTS.Forecasting.Prophet.Settings;
using FLTS.Forecasting.Series;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Prophet;

/// <summary>Prophet behind the forecaster contract.</summary>
[Parallelizable]
internal sealed class ProphetFamilyTests
{
    private static readonly ProphetFamily _family = new();

    [Test]
    public void A_fit_reports_train_and_validation_and_then_refits_on_all_rows()
    {
        var data = Data();
        using var model = Fit(data, null, out var result);
        Assert.That(result.FittedRows, Is.EqualTo(new RowSpan(0, data.Series.Rows)));
        Assert.That(result.History, Has.Count.EqualTo(1));
        Assert.That(result.History[0].TrainRmse, Is.LessThan(0.08));
        Assert.That(result.History[0].ValRmse, Is.LessThan(0.2));
        Assert.That(result.Warnings, Is.Empty);
        Assert.That(model.Signature.LeadFromEndOfTrain, Is.True);
    }

    [Test]
    public void Without_refit_the_validation_rows_stay_unseen()
    {
        var data = Data();
        using var model = Fit(data, new JsonObject { ["refit_on_all"] = false }, out var result);
        Assert.That(result.FittedRows, Is.EqualTo(new RowSpan(0, data.ValidationStart)));

        var spoiled = Data(row => row >= 560 ? 5 : null);
        using var same = Fit(spoiled, new JsonObject { ["refit_on_all"] = false }, out _);
        Assert.That(
            same.Forecast(SeriesWindows.Of(data.Series, [600]), 3),
            Is.EqualTo(model.Forecast(SeriesWindows.Of(data.Series, [600]), 3)));
    }

    [Test]
    public void Filled_cells_are_never_fitted()
    {
        using var clean = Fit(Data(), null, out _);
        using var filled = Fit(Data(row => row % 50 == 7 ? 1e3 : null, markFilled: true), null, out _);
        using var masked = Fit(Data(row => row % 50 == 7 ? -1e3 : null, markFilled: true), null, out _);
        var series = Data().Series;
        Assert.That(filled.Forecast(SeriesWindows.Of(series, [699]), 24), Is.EqualTo(masked.Forecast(SeriesWindows.Of(series, [699]), 24)));
        Assert.That(
            filled.Forecast(SeriesWindows.Of(series, [699]), 24)[0, 5, 0],
            Is.EqualTo(clean.Forecast(SeriesWindows.Of(series, [699]), 24)[0, 5, 0]).Within(0.05));
    }

    [Test]
    public void A_forecast_is_the_curve_at_the_origins_time_and_the_steps_after_it()
    {
        var data = Data();
        using var model = Fit(data, null, out _);
        var many = model.Forecast(SeriesWindows.Of(data.Series, [100, 101, 699]), 4);
        Assert.That(many.GetLength(2), Is.EqualTo(2));
        Assert.That(many[0, 1, 0], Is.EqualTo(many[1, 0, 0]));
        var fitted = (FittedProphetForecaster)model;
        var at = new ProphetFrame { Ds = [data.Series.Timestamps[699].AddHours(4)] };
        Assert.That(many[2, 3, 1], Is.EqualTo(fitted.Models[1].Predict(at).Yhat[0]).Within(1e-12));
    }

    [Test]
    public void A_flat_target_is_its_constant_without_optimisation()
    {
        using var model = Fit(Data(), new JsonObject { ["growth"] = "linear" }, out var result);
        Assert.That(model.Forecast(SeriesWindows.Of(Data().Series, [699]), 2)[0, 1, 1], Is.EqualTo(0.25).Within(1e-12));
        Assert.That((int)result.Diagnostics!["targets"]!["flat"]!["iterations"]!, Is.Zero);
    }

    [Test]
    public void A_saved_model_forecasts_the_same_after_loading()
    {
        var data = Data();
        using var model = Fit(data, null, out _);
        using var loaded = _family.Load(model.Signature, _family.Normalise(null), model.Save());
        Assert.That(
            loaded.Forecast(SeriesWindows.Of(data.Series, [3, 699]), 30),
            Is.EqualTo(model.Forecast(SeriesWindows.Of(data.Series, [3, 699]), 30)));
    }

    [Test]
    public void The_number_of_threads_never_changes_the_numbers()
    {
        var data = Data();
        using var one = _family.Create([]).Fit(data, new FitContext(1, null, CancellationToken.None)).Model;
        using var two = _family.Create([]).Fit(data, new FitContext(2, null, CancellationToken.None)).Model;
        Assert.That(one.Save()[ProphetJson.FileName], Is.EqualTo(two.Save()[ProphetJson.FileName]));
    }

    [TestCase("{\"n_changepoint\": 3}", "n_changepoint")]
    [TestCase("{\"n_changepoints\": -1}", "0 to 1000")]
    [TestCase("{\"n_changepoints\": 2.5}", "whole number")]
    [TestCase("{\"changepoint_range\": 1.5}", "changepoint_range")]
    [TestCase("{\"growth\": \"cubic\"}", "linear, logistic, flat")]
    [TestCase("{\"growth\": \"logistic\"}", "cap")]
    [TestCase("{\"yearly_seasonality\": \"often\"}", "auto")]
    [TestCase("{\"holidays\": [{\"holiday\": \"a\", \"ds\": \"2018-01-01\", \"colour\": 1}]}", "colour")]
    [TestCase("{\"holidays\": [{\"holiday\": \"a\", \"ds\": \"tomorrow\"}]}", "yyyy-MM-dd")]
    [TestCase("{\"interval_width\": 1}", "interval_width")]
    public void A_wrong_hyperparameter_is_refused_by_name(string json, string named)
    {
        Assert.That(
            () => _family.Normalise(JsonNode.Parse(json)!.AsObject()),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains(named));
    }

    [Test]
    public void Normalising_twice_changes_nothing()
    {
        var once = _family.Normalise(new JsonObject
        {
            ["weekly_seasonality"] = true,
            ["holidays"] = new JsonArray(new JsonObject { ["holiday"] = "a", ["ds"] = "2018-02-11" }),
        });
        Assert.That(_family.Normalise(once).ToJsonString(), Is.EqualTo(once.ToJsonString()));
        Assert.That((int)once["weekly_seasonality"]!, Is.EqualTo(3));
    }

    [TestCase("nothing", "{")]
    [TestCase("another format", "{\"format\":\"x\"}")]
    [TestCase("a version of the future", "{\"format\":\"flts-prophet\",\"version\":999,\"models\":{}}")]
    [TestCase("no models", "{\"format\":\"flts-prophet\",\"version\":1}")]
    public void A_corrupt_file_is_refused(string what, string json)
    {
        var signature = new ModelSignature("PROPHET", ["a"], ["a"], 1, 1, TimeSpan.FromHours(1), true);
        var files = new Dictionary<string, byte[]> { [ProphetJson.FileName] = Encoding.UTF8.GetBytes(json) };
        Assert.That(() => _family.Load(signature, [], files), Throws.TypeOf<CorruptArtifactException>(), what);
    }

    [Test]
    public void A_cancelled_fit_ends_with_the_cancellation()
    {
        Assert.That(
            () => _family.Create([]).Fit(Data(), new FitContext(1, null, new CancellationToken(true))),
            Throws.InstanceOf<OperationCanceledException>());
    }

    private static IFittedForecaster Fit(TrainingSet data, JsonObject? hyperparameters, out FitResult result)
    {
        result = _family.Create(_family.Normalise(hyperparameters)).Fit(data, new FitContext(2, null, CancellationToken.None));
        return result.Model;
    }

    // 700 hours: a daily wave with a bend in the trend and a fixed pseudo-noise, and a flat column.
    private static TrainingSet Data(Func<int, double?>? spoil = null, bool markFilled = false)
    {
        const int rows = 700;
        var start = new DateTime(2018, 2, 5);
        var (wave, observed) = (new double[rows], new bool[rows]);
        for (var i = 0; i < rows; i++)
        {
            var noise = 0.05 * Math.Sin(i * 12.9898 * 43.7);
            wave[i] = 0.5 + (0.2 * Math.Sin(2 * Math.PI * i / 24)) + (0.0003 * i) - (0.0005 * Math.Max(0, i - 300)) + noise;
            observed[i] = !markFilled || spoil?.Invoke(i) is null;
            wave[i] = spoil?.Invoke(i) ?? wave[i];
        }

        return new TrainingSet(
            new PreparedSeries
            {
                Timestamps = [.. Enumerable.Range(0, rows).Select(i => start.AddHours(i))],
                Segments = new int[rows],
                Step = TimeSpan.FromHours(1),
                Columns = ["wave", "flat"],
                Values = [wave, [.. Enumerable.Repeat(0.25, rows)]],
                Observed = [observed, [.. Enumerable.Repeat(true, rows)]],
                Targets = ["wave", "flat"],
                FlatTargets = ["flat"],
            },
            560);
    }
}
