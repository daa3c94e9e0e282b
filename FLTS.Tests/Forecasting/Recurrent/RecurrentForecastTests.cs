using System.Text.Json.Nodes;
using FLTS.Forecasting.Recurrent;
using FLTS.Forecasting.Safetensors;
using FLTS.Forecasting.Series;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Recurrent;

[TestFixture("LSTM")]
[TestFixture("GRU")]
public sealed class RecurrentForecastTests(string type)
{
    private readonly RecurrentFamily _family = type == "LSTM" ? RecurrentFamily.Lstm : RecurrentFamily.Gru;

    [TestCase("""{"horizon": 1}""")]
    [TestCase("""{"horizon": 3}""")]
    [TestCase("""{"horizon": 4, "input_len": 3, "target_mode": "level"}""")]
    public void Long_forecasts_are_those_of_feeding_the_own_forecast_back_by_hand(string options)
    {
        var full = Toy.Series(lag: true);
        using var model = Toy.Fit(_family, options, full).Model;
        var (own, horizon) = (Toy.Series(lag: true), model.Signature.Horizon);
        const int origin = 100, steps = 7;

        // By hand: write each block of forecasts into the series as if it had been measured, lag column included, and ask again.
        var expected = new double[steps, 2];
        for (var done = 0; done < steps; done += horizon)
        {
            var block = model.Forecast(SeriesWindows.Of(own, [origin + done]), horizon);
            for (var h = 0; h < horizon; h++)
            {
                for (var m = 0; m < 2; m++)
                {
                    own.Values[m][origin + done + h + 1] = block[0, h, m];
                    if (done + h < steps)
                        expected[done + h, m] = block[0, h, m];
                }
            }

            for (var t = origin + 1; t < origin + 30; t++)
                own.Values[2][t] = own.Values[0][t - 2];
        }

        var forecast = model.Forecast(SeriesWindows.Of(full, [50, origin]), steps);
        for (var h = 0; h < steps; h++)
        {
            for (var m = 0; m < 2; m++)
                Assert.That(forecast[1, h, m], Is.EqualTo(expected[h, m]).Within(2e-6), $"step {h + 1}, target {m}");
        }
    }

    [Test]
    public void Rows_after_the_origin_are_never_looked_at()
    {
        var series = Toy.Series(lag: true);
        using var model = Toy.Fit(_family, series: series).Model;
        var before = model.Forecast(SeriesWindows.Of(series, [100]), 6);
        foreach (var column in series.Values)
            Array.Fill(column, double.NaN, 101, 150);

        Assert.That(model.Forecast(SeriesWindows.Of(series, [100]), 6), Is.EqualTo(before));
    }

    [Test]
    public void Columns_are_found_by_name()
    {
        var series = Toy.Series();
        using var model = Toy.Fit(_family, series: series).Model;
        var turned = new PreparedSeries
        {
            Timestamps = series.Timestamps,
            Segments = series.Segments,
            Step = series.Step,
            Columns = [.. series.Columns.Reverse(), "more"],
            Values = [.. series.Values.Reverse(), new double[300]],
            Observed = [.. series.Observed.Reverse(), new bool[300]],
            Targets = ["b"],
        };

        Assert.That(model.Forecast(SeriesWindows.Of(turned, [99]), 4), Is.EqualTo(model.Forecast(SeriesWindows.Of(series, [99]), 4)));
    }

    [Test]
    public void Many_origins_at_once_are_each_as_if_alone_also_from_several_threads()
    {
        var series = Toy.Series(1000);
        using var model = Toy.Fit(_family, series: series).Model;
        var origins = Enumerable.Range(9, 900).ToArray();
        var together = model.Forecast(SeriesWindows.Of(series, origins), 3);

        Assert.That(together, Is.All.Matches<double>(double.IsFinite));
        Parallel.For(0, 90, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            var alone = model.Forecast(SeriesWindows.Of(series, [origins[i * 10]]), 3);
            for (var h = 0; h < 3; h++)
                Assert.That(alone[0, h, 1], Is.EqualTo(together[i * 10, h, 1]).Within(2e-6), $"origin {origins[i * 10]}, step {h + 1}");
        });
    }

    [Test]
    public void The_same_question_has_the_same_answer_to_the_last_bit()
    {
        var series = Toy.Series();
        using var model = Toy.Fit(_family, """{"hidden_size": 33}""", series).Model;
        var answer = model.Forecast(SeriesWindows.Of(series, [100]), 3);

        var others = Enumerable.Range(1, 200).Count(i =>
        {
            GC.KeepAlive(new byte[8 * i]); // The next arrays lie elsewhere.
            return !model.Forecast(SeriesWindows.Of(series, [100]), 3).Cast<double>().SequenceEqual(answer.Cast<double>());
        });

        Assert.That(others, Is.Zero, "of 200 answers differ from the first");
    }

    [Test]
    public void An_origin_without_enough_rows_in_its_segment_is_refused()
    {
        var series = Toy.Series(border: 150);
        using var model = Toy.Fit(_family, series: series).Model;

        Assert.That(
            () => model.Forecast(SeriesWindows.Of(series, [158]), 1),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains("10 rows").And.Message.Contains("row 158"));
        Assert.That(() => model.Forecast(SeriesWindows.Of(series, [8]), 1), Throws.TypeOf<InvalidInputException>());
        Assert.That(model.Forecast(SeriesWindows.Of(series, [159]), 1), Has.Length.EqualTo(2));
    }

    [Test]
    public void An_input_that_is_no_target_limits_the_forecast_to_the_horizon()
    {
        var series = Toy.Series(plainInput: true);
        using var model = Toy.Fit(_family, """{"horizon": 2}""", series).Model;

        Assert.That(model.Forecast(SeriesWindows.Of(series, [100]), 2), Has.Length.EqualTo(4));
        Assert.That(
            () => model.Forecast(SeriesWindows.Of(series, [100]), 3),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains("at most 2 steps").And.Message.Contains("'weather'"));
    }

    [TestCase("{}")]
    [TestCase("""{"log1p": true}""")]
    [TestCase("""{"log1p": true, "target_mode": "level"}""")]
    [TestCase("""{"members": 3}""")]
    public void A_saved_model_answers_as_before(string changes)
    {
        var series = Toy.Series(lag: true);
        var parameters = _family.Normalise(Toy.Small(changes));
        using var model = Toy.Fit(_family, changes, series).Model;
        var files = model.Save();
        using var loaded = _family.Load(model.Signature, parameters, files);

        Assert.That(
            loaded.Forecast(SeriesWindows.Of(series, [50, 120]), 5),
            Is.EqualTo(model.Forecast(SeriesWindows.Of(series, [50, 120]), 5)));
        Assert.That(loaded.Save()["weights.safetensors"], Is.EqualTo(files["weights.safetensors"]));
        Assert.That(
            SafetensorsFile.Read(files["weights.safetensors"], "w").Keys,
            Is.SupersetOf(new[]
            {
                $"{type.ToLowerInvariant()}.weight_ih_l0",
                $"{type.ToLowerInvariant()}.bias_hh_l1",
                "fc.weight",
                "fc.bias",
                "norm.input_mean",
                "norm.target_scale",
            }));
    }

    [TestCase("""{"hidden_size": 9}""")]
    [TestCase("""{"num_layers": 1}""")]
    [TestCase("""{"num_layers": 3}""")]
    [TestCase("""{"horizon": 2}""")]
    [TestCase("""{"input_len": 11}""")]
    [TestCase("""{"hidden_size": 0}""")]
    [TestCase("""{"log1p": true}""")]
    [TestCase("""{"members": 2}""")]
    public void Weights_of_other_hyperparameters_are_refused(string changes)
    {
        using var model = Toy.Fit(_family).Model;
        var files = model.Save();

        Assert.That(() => _family.Load(model.Signature, Toy.Small(changes), files), Throws.TypeOf<CorruptArtifactException>());
    }

    [Test]
    public void Weights_that_are_missing_cut_or_not_finite_are_refused()
    {
        using var model = Toy.Fit(_family).Model;
        var bytes = model.Save()["weights.safetensors"];
        var (parameters, other) = (Toy.Small(), type == "LSTM" ? RecurrentFamily.Gru : RecurrentFamily.Lstm);
        var notFinite = (byte[])bytes.Clone();
        BitConverter.TryWriteBytes(notFinite.AsSpan(notFinite.Length - 8), double.NaN);

        Assert.That(
            () => _family.Load(model.Signature, parameters, new Dictionary<string, byte[]>()),
            Throws.TypeOf<CorruptArtifactException>());
        Assert.That(() => Load(_family, bytes[..^4]), Throws.TypeOf<CorruptArtifactException>());
        Assert.That(() => Load(_family, notFinite), Throws.TypeOf<CorruptArtifactException>().With.Message.Contains("norm.target_scale"));
        Assert.That(() => Load(other, bytes), Throws.TypeOf<CorruptArtifactException>());

        IFittedForecaster Load(RecurrentFamily family, byte[] file) =>
            family.Load(
                model.Signature with { ModelType = family.ModelType },
                parameters,
                new Dictionary<string, byte[]> { ["weights.safetensors"] = file });
    }

    [TestCase("""{"hidden": 8}""", "hidden_size")]
    [TestCase("""{"hidden_size": 0}""", "from 1 to 1024")]
    [TestCase("""{"dropout": 1}""", "from 0 to 0.9")]
    [TestCase("""{"loss": "rmse"}""", "mse, mae, huber")]
    [TestCase("""{"epochs": 2.5}""", "whole number")]
    [TestCase("""{"seed": "x"}""", "seed")]
    public void Wrong_hyperparameters_are_refused_with_what_is_right(string json, string said) =>
        Assert.That(
            () => _family.Normalise(JsonNode.Parse(json)!.AsObject()),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains(said).And.Message.Contains(type));

    [Test]
    public void Defaults_are_written_out_and_stay_as_they_are_when_read_again()
    {
        var defaults = _family.Normalise(null);

        Assert.That(_family.Normalise(defaults).ToJsonString(), Is.EqualTo(defaults.ToJsonString()));
        Assert.That(defaults["input_len"]!.GetValue<int>(), Is.EqualTo(10));
        Assert.That(_family.Normalise(new JsonObject { ["epochs"] = 4 })["patience"]!.GetValue<int>(), Is.EqualTo(4));
    }
}
