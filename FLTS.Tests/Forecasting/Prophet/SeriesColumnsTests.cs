using System.Text;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Prophet;
using FLTS.Forecasting.Scaling;
using FLTS.Forecasting.Series;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Prophet;

/// <summary>Regressors, conditions, caps and floors that are columns of the dataset.</summary>
[TestFixture, Parallelizable]
internal sealed class SeriesColumnsTests
{
    private const int Rows = 400;

    private static readonly ProphetFamily _family = new();

    [Test]
    public void Caps_and_flags_mean_the_same_on_every_scale_of_the_dataset()
    {
        var forecasts = new[] { ScalerKind.None, ScalerKind.MinMax, ScalerKind.Standard }.Select(kind =>
        {
            var data = Data(kind);
            using var model = Fit(data, Logistic());
            return new ForecastRestorer(data.Scaler!, ["load"], data.Series.Step)
                .Restore(model.Forecast(SeriesWindows.Of(data.Series, [299]), 60), data.Series, [299]);
        }).ToArray();

        // The priors act on the scale of y: the curves differ a little, a cap or a flag read wrongly would differ by tens.
        Assert.That(forecasts[1].Cast<double>(), Is.EqualTo(forecasts[0].Cast<double>()).Within(1.5));
        Assert.That(forecasts[2].Cast<double>(), Is.EqualTo(forecasts[0].Cast<double>()).Within(1.5));
    }

    [TestCase(1e-11)]
    [TestCase(1)]
    [TestCase(1e15)]
    public void A_column_means_the_same_in_any_unit_and_its_whole_numbers_are_met(double unit)
    {
        var units = new ColumnUnits(0.37 * unit, 0.48 * unit);
        for (var tenth = -30; tenth <= 30; tenth++)
            Assert.That(units.Original(units.Scaled(tenth / 10.0 * unit)), Is.EqualTo(tenth / 10.0 * unit).Within(1e-14 * unit));
        var flags = Enumerable.Range(-3, 7);
        Assert.That(flags.Select(flag => new ColumnUnits(0.37, 0.48).Original((flag - 0.37) / 0.48)), Is.EqualTo(flags));
    }

    [Test]
    public void A_forecast_reads_the_columns_known_ahead_at_its_own_steps_and_nothing_else_after_its_origin()
    {
        var data = Data(ScalerKind.MinMax);
        using var model = Fit(data, Logistic());
        var plain = model.Forecast(SeriesWindows.Of(data.Series, [299, 300]), 5);
        var target = data.Series.IndexOf("load");
        var (spoiled, hotter) = (Copy(data.Series), Copy(data.Series));
        Array.Fill(spoiled.Values[target], 1e6, 300, Rows - 300);
        hotter.Values[data.Series.IndexOf("heat")][301] += 0.5;

        Assert.That(model.Signature.KnownAhead, Is.EqualTo(new[] { "heat", "open", "capacity", "base" }));
        Assert.That(plain[0, 1, 0], Is.EqualTo(plain[1, 0, 0]));
        Assert.That(model.Forecast(SeriesWindows.Of(spoiled, [299, 300]), 5), Is.EqualTo(plain));
        var changed = model.Forecast(SeriesWindows.Of(hotter, [299, 300]), 5);
        Assert.That(changed[0, 0, 0], Is.EqualTo(plain[0, 0, 0]));
        Assert.That(changed[0, 1, 0], Is.Not.EqualTo(plain[0, 1, 0]).Within(1e-3));
        Assert.That(changed[0, 2, 0], Is.EqualTo(plain[0, 2, 0]));
    }

    [Test]
    public void Where_the_rows_end_the_last_value_is_held_until_coming_rows_are_appended()
    {
        var data = Data(ScalerKind.MinMax);
        using var model = Fit(data, Logistic());
        var held = model.Forecast(SeriesWindows.Of(data.Series, [Rows - 1]), 2);
        var coming = data.Series.Columns.ToDictionary(c => c, c =>
            new[]
            {
                data.Series.Values[data.Series.IndexOf(c)][^1],
                data.Series.Values[data.Series.IndexOf(c)][^1] + (c == "heat" ? 0.5 : 0),
            });
        var told = model.Forecast(
            SeriesWindows.Of(ComingRows.Append(data.Series, model.Signature.KnownAhead.ToDictionary(c => c, c => coming[c])), [Rows - 1]),
            2);

        Assert.That(told[0, 0, 0], Is.EqualTo(held[0, 0, 0]).Within(1e-12));
        Assert.That(told[0, 1, 0], Is.Not.EqualTo(held[0, 1, 0]).Within(1e-3));
    }

    [Test]
    public void A_saved_model_with_columns_forecasts_the_same_after_loading()
    {
        var data = Data(ScalerKind.Standard);
        using var model = Fit(data, Logistic());
        var files = model.Save();
        using var loaded = _family.Load(model.Signature, _family.Normalise(Logistic()), files);

        Assert.That(files.Keys, Is.EquivalentTo(new[] { "model.json", "columns.json" }));
        Assert.That(
            loaded.Forecast(SeriesWindows.Of(data.Series, [3, 299]), 30),
            Is.EqualTo(model.Forecast(SeriesWindows.Of(data.Series, [3, 299]), 30)));
    }

    [TestCase(null, "needs the file columns.json")]
    [TestCase("{}", "version")]
    [TestCase("{\"version\":1,\"columns\":{}}", "lacks the column 'heat'")]
    [TestCase(
        "{\"version\":1,\"columns\":{\"heat\":{\"center\":0,\"scale\":0},\"open\":{\"center\":0,\"scale\":1},\"capacity\":{\"center\":0,"
        + "\"scale\":1},\"base\":{\"center\":0,\"scale\":1},\"load\":{\"center\":0,\"scale\":1}}}",
        "'heat' are not finite")]
    [TestCase("[", "cannot be read")]
    public void A_corrupt_file_of_columns_is_refused(string? json, string because)
    {
        using var model = Fit(Data(ScalerKind.MinMax), Logistic());
        var files = model.Save().Where(f => f.Key == "model.json").ToDictionary();
        if (json is not null)
            files["columns.json"] = Encoding.UTF8.GetBytes(json);

        Assert.That(
            () => _family.Load(model.Signature, _family.Normalise(Logistic()), files),
            Throws.TypeOf<CorruptArtifactException>().With.Message.Contains(because));
    }

    [TestCase("{\"regressors\": [{\"name\": \"load\"}]}", "'load' as a regressor, condition, cap or floor: it is a target")]
    [TestCase(
        "{\"regressors\": [{\"name\": \"rain\"}]}",
        "needs the column 'rain', which is no measured input of this dataset; name it in preprocessing.inputs")]
    [TestCase("{\"regressors\": [{\"name\": \"min_of_day_sin\"}]}", "needs the column 'min_of_day_sin'")]
    [TestCase("{\"growth\": \"logistic\", \"cap\": \"open\"}", "cap of row")]
    public void Columns_that_cannot_be_used_are_refused_by_name(string hyperparameters, string because) =>
        Assert.That(
            () => Fit(Data(ScalerKind.MinMax), JsonNode.Parse(hyperparameters)!.AsObject()),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains(because));

    [TestCase("{\"regressors\": [{}]}", "'PROPHET.regressors[0].name' is missing; it must be text that is not blank")]
    [TestCase(
        "{\"regressors\": [{\"name\": \"heat\", \"standardize\": 3}]}",
        "'PROPHET.regressors[0].standardize' is 3; it must be auto, true or false")]
    [TestCase(
        "{\"regressors\": [{\"name\": \"heat\", \"colour\": 1}]}",
        "Unknown hyperparameter 'PROPHET.regressors[0].colour'; known are name, prior_scale, mode, standardize")]
    [TestCase("{\"regressors\": [{\"name\": \"heat\"}, {\"name\": \"heat\"}]}", "Two terms are named 'heat'")]
    [TestCase(
        "{\"seasonalities\": [{\"name\": \"a\", \"period\": 1, \"fourier_order\": 1, \"condition\": 7}]}",
        "'PROPHET.seasonalities[0].condition' is 7; it must be text that is not blank")]
    [TestCase(
        "{\"growth\": \"logistic\", \"cap\": true}",
        "'PROPHET.cap' is true; it must be a finite number in the target's units or the name of a column")]
    [TestCase("{\"growth\": \"logistic\", \"cap\": 1, \"floor\": 2}", "cap is 1; it must lie above the floor 2")]
    public void Wrong_hyperparameters_are_refused_by_name(string hyperparameters, string because) =>
        Assert.That(
            () => _family.Normalise(JsonNode.Parse(hyperparameters)!.AsObject()),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains(because));

    private static JsonObject Logistic() => JsonNode.Parse("""
        {
          "growth": "logistic", "cap": "capacity", "floor": "base", "weekly_seasonality": false, "daily_seasonality": false,
          "regressors": [{"name": "heat", "prior_scale": 5}],
          "seasonalities": [{"name": "open_day", "period": 1, "fourier_order": 1, "condition": "open"}]
        }
        """)!.AsObject();

    private static IFittedForecaster Fit(TrainingSet data, JsonObject hyperparameters)
    {
        var fit = _family.Create(_family.Normalise(hyperparameters)).Fit(data, new FitContext(2, null, CancellationToken.None));
        fit.BeforeRefit?.Dispose();
        return fit.Model;
    }

    private static PreparedSeries Copy(PreparedSeries series) => new()
    {
        Timestamps = series.Timestamps,
        Segments = series.Segments,
        Step = series.Step,
        Columns = series.Columns,
        Values = [.. series.Values.Select(v => (double[])v.Clone())],
        Observed = series.Observed,
        Targets = series.Targets,
    };

    // Hours of a load that saturates between base and capacity, follows heat, and has a daily wave while open.
    private static TrainingSet Data(ScalerKind kind)
    {
        var start = new DateTime(2026, 1, 5);
        var times = Enumerable.Range(0, Rows).Select(i => start.AddHours(i)).ToArray();
        var heat = Enumerable.Range(0, Rows).Select(i => 20 + (5 * Math.Sin(i * 0.37))).ToArray();
        var open = times.Select(t => t.Day % 3 == 0 ? 0.0 : 1).ToArray();
        var capacity = Enumerable.Range(0, Rows).Select(i => 300 + (i < 200 ? 0.0 : 20)).ToArray();
        var floor = Enumerable.Range(0, Rows).Select(i => 100.0 + (i % 2)).ToArray();
        var load = times.Select((_, i) =>
            floor[i] + ((capacity[i] - floor[i]) / (1 + Math.Exp(-(i - 150) / 60.0))) + (2 * (heat[i] - 20))
            + (8 * open[i] * Math.Sin(2 * Math.PI * i / 24)) + Math.Sin(i * 12.9898 * 43.7)).ToArray();
        string[] names = ["load", "heat", "open", "capacity", "base"];
        double[][] values = [load, heat, open, capacity, floor];
        var observed = new bool[Rows];
        Array.Fill(observed, true);
        var scaler = new Scaler(
            kind, [.. names.Select((name, c) => Scaler.FitColumn(kind, name, values[c], observed, new int[Rows], new ClippingOptions()))]);
        for (var c = 0; c < names.Length; c++)
            Scaler.Transform(scaler.Columns[c], values[c]);
        return new TrainingSet(
            new PreparedSeries
            {
                Timestamps = times,
                Segments = new int[Rows],
                Step = TimeSpan.FromHours(1),
                Columns = [.. names, "min_of_day_sin"],
                Values = [.. values, new double[Rows]],
                Observed = [.. names.Select(_ => observed), observed],
                Targets = ["load"],
            },
            320,
            scaler);
    }
}
