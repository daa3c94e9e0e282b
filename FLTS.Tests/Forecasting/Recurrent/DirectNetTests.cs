using System.Text.Json.Nodes;
using FLTS.Forecasting.Baselines;
using FLTS.Forecasting.Recurrent;
using FLTS.Forecasting.Recurrent.Answering;
using FLTS.Forecasting.Recurrent.Net;
using FLTS.Forecasting.Series;
using FLTS.Tests.Forecasting.Leads;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Recurrent;

/// <summary>Nets that answer every lead from the origin.</summary>
[TestFixture("LSTM"), TestFixture("GRU"), Parallelizable]
public sealed class DirectNetTests(string type)
{
    private const string Direct = """{"lead_mode": "direct", "num_layers": 1}""";

    private readonly RecurrentFamily _family = type == "LSTM" ? RecurrentFamily.Lstm : RecurrentFamily.Gru;

    [Test]
    public void An_answer_does_not_depend_on_how_far_was_asked_nor_on_a_row_after_its_origin()
    {
        var series = Wave(700);
        using var model = Toy.Fit(_family, Direct, series).Model;
        var windows = SeriesWindows.Of(series, [200, 350, 599]);
        int[] leads = [1, 3, 48, 49, 120];

        var (all, first, at) = (model.Forecast(windows, 120), model.Forecast(windows, 10), model.ForecastAt(windows, leads));

        for (var n = 0; n < windows.Count; n++)
        {
            for (var m = 0; m < 2; m++)
            {
                Assert.That(Enumerable.Range(0, 10).All(h => first[n, h, m] == all[n, h, m]), "ten steps begin as 120 do");
                Assert.That(leads.Index().All(l => at[n, l.Index, m] == all[n, l.Item - 1, m]), "asked for some leads");
            }
        }

        Assert.That(
            LookAhead.FirstSeen(
                series, 599, changed => [.. model.ForecastAt(SeriesWindows.Of(changed, [599]), leads).Cast<double>()]),
            Is.Null);
    }

    [Test]
    public void Saved_and_loaded_it_answers_the_same_and_not_without_its_base()
    {
        var parameters = _family.Normalise(Toy.Small(Direct));
        using var model = Toy.Fit(_family, Direct, Wave(700)).Model;
        var files = model.Save().ToDictionary();

        using var loaded = _family.Load(model.Signature, parameters, files);

        var windows = SeriesWindows.Of(Wave(60, seed: 5), [12, 59]);
        Assert.That(loaded.Forecast(windows, 60), Is.EqualTo(model.Forecast(windows, 60)), "a day and more from two hours of rows");
        files.Remove(LeadBase.FileName);
        Assert.That(() => _family.Load(model.Signature, parameters, files), Throws.TypeOf<CorruptArtifactException>());
    }

    [Test]
    public void Fitted_again_or_resumed_after_a_kill_it_has_the_same_bits()
    {
        var series = Wave(700);
        var options = Toy.Small(Direct);
        using var whole = Toy.Fit(_family, Direct, series).Model;
        var store = new Kept();
        var data = new TrainingSet(series, 560, Toy.Scaler(series));
        var forecaster = _family.Create(_family.Normalise(options));
        Assert.That(
            () => forecaster.Fit(data, Toy.Context with { Checkpoint = store, Progress = new Stop() }), Throws.TypeOf<KilledException>());

        using var resumed = forecaster.Fit(data, Toy.Context with { Checkpoint = store }).Model;

        foreach (var (name, bytes) in whole.Save())
            Assert.That(resumed.Save()[name], Is.EqualTo(bytes), name);
    }

    [Test]
    public void Fifty_rows_are_enough_for_the_nearest_knots()
    {
        var series = Toy.Series(50);
        var fit = Toy.Fit(_family, Direct, series, 40);
        using var model = fit.Model;

        var leads = fit.Diagnostics!["knots"]!.AsArray().Select(k => (int)k!["lead"]!);
        Assert.That(leads, Is.EqualTo(new[] { 1, 2, 5 }));
        Assert.That(model.Forecast(SeriesWindows.Of(series, [49]), 100).Cast<double>(), Has.All.Matches<double>(double.IsFinite));
    }

    [Test]
    public void Where_nothing_is_to_be_known_it_answers_with_the_base()
    {
        var series = Wave(700);
        var random = new Random(3);
        foreach (var column in series.Values)
        {
            for (var t = 0; t < column.Length; t++)
                column[t] = random.NextDouble();
        }

        using var model = Toy.Fit(_family, """{"lead_mode": "direct", "epochs": 30}""", series).Model;
        var leads = LeadBase.Load(model.Signature, model.Save());
        var windows = SeriesWindows.Of(series, [.. Enumerable.Range(200, 400)]);
        int[] further = leads.Knots[1..];

        var (own, its) = (model.ForecastAt(windows, further), leads.ForecastAt(windows, further));

        foreach (var (k, lead) in further.Index())
        {
            var square = Enumerable.Range(0, windows.Count).Average(n => Math.Pow(own[n, k, 0] - its[n, k, 0], 2));
            Assert.That(Math.Sqrt(square), Is.LessThan(0.1 * Math.Sqrt(1 / 12.0)), $"{lead} steps ahead: a tenth of the noise");
        }
    }

    [Test]
    public void New_models_are_direct_and_documents_of_before_are_fed_back()
    {
        var complete = _family.Normalise(null);
        Assert.That((string?)complete["lead_mode"], Is.EqualTo("direct"));
        Assert.That(_family.Normalise(new JsonObject { ["horizon"] = 3 }).ContainsKey("lead_mode"), Is.False);
        Assert.That(_family.Normalise(new JsonObject { ["lead_mode"] = "recursive" }).ContainsKey("lead_mode"), Is.False);
        complete.Remove("lead_mode");
        Assert.That(RecurrentHyperparameters.Parse(complete, type).ToJson().ContainsKey("lead_mode"), Is.False);
        Assert.That(
            () => _family.Normalise(new JsonObject { ["lead_mode"] = "direct", ["horizon"] = 3 }),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains("horizon"));
    }

    [Test]
    public void Knots_that_are_not_asked_for_change_no_bit_of_those_that_are()
    {
        var cell = type == "LSTM" ? RecurrentCell.Lstm : RecurrentCell.Gru;
        var shape = new NetShape(cell, 3, 8, 5, 1, 2, Knots: 4, Beside: 2);
        using var net = new RecurrentNet(shape, new Random(1));
        var random = new Random(2);
        var tensors = net.Save().ToDictionary(
            t => t.Name, t => t with { Values = t.Singles.Select(_ => (float)random.NextDouble() - 0.5f).ToArray() });
        var packed = new PackedNet(shape, tensors, "weights");
        float[] windows = [.. Enumerable.Range(0, 4 * 3 * 3).Select(i => MathF.Sin(i))];
        float[] beside = [.. Enumerable.Range(0, 24).Select(i => MathF.Cos(i))];
        var (all, some) = (new float[3 * 8], new float[3 * 4]);

        packed.Forward(windows, 3, [0, 1, 2, 3], beside, all);
        packed.Forward(windows, 3, [1, 3], [.. beside.Chunk(2).Index().Where(c => c.Index % 4 is 1 or 3).SelectMany(c => c.Item)], some);

        Assert.That(some, Is.EqualTo(all.Chunk(2).Index().Where(c => c.Index % 4 is 1 or 3).SelectMany(c => c.Item).ToArray()));
    }

    /// <summary>Half-hours, with a season of 48.</summary>
    private static PreparedSeries Wave(int rows, int seed = 1) => LookAhead.Wave(TimeSpan.FromMinutes(30), rows, 48, seed: seed);

    private sealed class KilledException : Exception;

    private sealed class Stop : IProgress<FitProgress>
    {
        public void Report(FitProgress value)
        {
            if (value.Done == 2)
                throw new KilledException();
        }
    }

    private sealed class Kept : ICheckpoint
    {
        private byte[]? _bytes;

        public byte[]? Load() => _bytes;

        public void Save(byte[] state) => _bytes = state;
    }
}
