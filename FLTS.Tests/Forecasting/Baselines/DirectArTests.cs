using System.Text.Json.Nodes;
using FLTS.Forecasting.Baselines;
using FLTS.Forecasting.Series;
using FLTS.Tests.Forecasting.Leads;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Baselines;

/// <summary>AR and AR_SEASONAL at the knots of the leads, and between and beyond them.</summary>
[Parallelizable]
public class DirectArTests
{
    private static readonly SeriesStep _quarterHours = TimeSpan.FromMinutes(15); // A season of 96.
    private static readonly FitContext _context = new(1, null, default);

    [Test]
    public void Each_knot_has_the_regression_of_its_own_lead()
    {
        // Two steps ahead of an AR(1) the coefficient is squared, five ahead its fifth power.
        var random = new Random(3);
        var values = new double[3000];
        for (var t = 1; t < values.Length; t++)
            values[t] = (0.9 * values[t - 1]) + random.NextDouble() - 0.5;
        var series = Of(values);
        var parameters = new ArFamily().Normalise(new JsonObject { ["input_len"] = 1 });
        using var model = new ArFamily().Create(parameters).Fit(new TrainingSet(series, 2400), _context).Model;

        int[] leads = [1, 2, 5, 10];
        var at = model.ForecastAt(SeriesWindows.Of(series, [1000]), leads);

        for (var l = 0; l < leads.Length; l++)
            Assert.That(at[0, l, 0], Is.EqualTo(Math.Pow(0.9, leads[l]) * values[1000]).Within(0.1), $"lead {leads[l]}");
    }

    [TestCase("AR")]
    [TestCase("AR_SEASONAL")]
    public void Between_knots_it_lies_between_them_in_log_lead_and_beyond_the_last_it_is_held(string type)
    {
        var series = LookAhead.Wave(_quarterHours, 1500, 96);
        using var model = Fit(type, series, 1200);
        var window = SeriesWindows.Of(series, [1499]);
        int[] leads = [15, 20, 30, 90, 180, 5000];
        var (at, season) = (model.ForecastAt(window, leads), new double[leads.Length]);
        if (type == "AR_SEASONAL")
        {
            using var mean = Fit("SEASONAL_MEAN", series, 1200);
            var profile = mean.ForecastAt(window, leads);
            season = [.. Enumerable.Range(0, leads.Length).Select(l => profile[0, l, 0])];
        }

        double Beside(int l) => at[0, l, 0] - season[l];
        var share = Math.Log(20 / 15.0) / Math.Log(30 / 15.0);
        Assert.That(Beside(1), Is.EqualTo(((1 - share) * Beside(0)) + (share * Beside(2))).Within(1e-12));
        Assert.That(Beside(5), Is.EqualTo(Beside(4)).Within(1e-12), "180 steps are the last knot that 300 rows validate at");
    }

    [TestCase("AR")]
    [TestCase("AR_SEASONAL")]
    [TestCase("SEASONAL_MEAN")]
    public void An_answer_does_not_depend_on_how_far_was_asked_nor_on_a_row_after_its_origin(string type)
    {
        var series = LookAhead.Wave(_quarterHours, 1500, 96, gapAt: 1300, gap: 100);
        using var model = Fit(type, series, 1200);
        var windows = SeriesWindows.Of(series, [700, 1299, 1320, 1400]);
        int[] leads = [1, 3, 96, 97, 400];

        var (all, first, at) = (model.Forecast(windows, 400), model.Forecast(windows, 10), model.ForecastAt(windows, leads));

        for (var n = 0; n < windows.Count; n++)
        {
            for (var m = 0; m < 2; m++)
            {
                Assert.That(Enumerable.Range(0, 10).All(h => first[n, h, m] == all[n, h, m]), "ten steps begin as 400 do");
                Assert.That(leads.Index().All(l => at[n, l.Index, m] == all[n, l.Item - 1, m]), "asked for some leads");
            }
        }

        Assert.That(
            LookAhead.FirstSeen(series, 1400, changed => [.. model.ForecastAt(SeriesWindows.Of(changed, [1400]), leads).Cast<double>()]),
            Is.Null);
    }

    [Test]
    public void Where_a_season_explains_more_ar_seasonal_is_better_than_ar_at_long_leads()
    {
        // Five hours a day it is another: no regression on the last hours knows when.
        var series = LookAhead.Wave(_quarterHours, 2000, 96);
        for (var t = 0; t < series.Rows; t++)
            series.Values[1][t] += t % 96 is >= 20 and < 40 ? 3 : 0;
        using var ar = Fit("AR", series, 1200, 1500);
        using var seasonal = Fit("AR_SEASONAL", series, 1200, 1500);
        int[] origins = [.. Enumerable.Range(1500, 400)];
        double Error(IFittedForecaster model)
        {
            var at = model.ForecastAt(SeriesWindows.Of(series, origins), [30]);
            return origins.Index().Sum(o => Math.Pow(at[o.Index, 0, 1] - series.Values[1][o.Item + 30], 2));
        }

        Assert.That(Error(seasonal), Is.LessThan(0.95 * Error(ar)));
    }

    [Test]
    public void Under_seven_seasons_ar_seasonal_is_not_applicable_and_the_base_of_direct_models_is_ar()
    {
        var series = LookAhead.Wave(_quarterHours, (7 * 96) - 1, 96);
        var data = new TrainingSet(series, 540);
        Assert.That(() => Fit("AR_SEASONAL", series, 540), Throws.TypeOf<NotApplicableException>().With.Message.Contains("7 seasons"));

        var context = new FitContext(1, null, default);
        var without = LeadBase.Fit(data, 4, onAll: false, context);
        var with = LeadBase.Fit(new TrainingSet(LookAhead.Wave(_quarterHours, 7 * 96, 96), 540), 4, onAll: false, context);

        Assert.That((without.IsSeasonal, with.IsSeasonal), Is.EqualTo((false, true)));
    }

    [Test]
    public void The_base_forecasts_train_as_if_it_did_not_know_what_comes()
    {
        // Fitted once: what changes after an origin may change no forecast from it.
        var series = LookAhead.Wave(_quarterHours, 800, 96);
        var leads = LeadBase.Fit(new TrainingSet(series, 700), 4, onAll: false, new FitContext(1, null, default));
        foreach (var origin in new[] { 100, 250, 650 })
        {
            Assert.That(
                LookAhead.FirstSeen(series, origin, changed => [.. leads.OfTrain(changed, [20, origin]).Forecast.Cast<double>()]),
                Is.Null,
                $"from {origin}");
        }

        Assert.That(leads.OfTrain(series, [20, 191, 195, 196, 650]).Unseasonal, Is.EqualTo(2), "two seasons before the window");
    }

    [Test]
    public void The_base_is_the_same_once_it_was_saved_and_loaded_and_a_damaged_one_is_refused()
    {
        var series = LookAhead.Wave(_quarterHours, 800, 96);
        var leads = LeadBase.Fit(new TrainingSet(series, 700), 4, onAll: false, new FitContext(1, null, default));
        var signature = new ModelSignature("GRU", series.Columns, series.Targets, 4, 1, series.Step);
        var files = new Dictionary<string, byte[]> { [LeadBase.FileName] = leads.Save() };

        var loaded = LeadBase.Load(signature, files);

        var windows = SeriesWindows.Of(LookAhead.Wave(_quarterHours, 50, 96, seed: 4), [3, 49]);
        Assert.That(loaded.ForecastAt(windows, [1, 7, 96]), Is.EqualTo(leads.ForecastAt(windows, [1, 7, 96])), "by what is carried");
        Assert.That(() => LeadBase.Load(signature, new Dictionary<string, byte[]>()), Throws.TypeOf<CorruptArtifactException>());
        files[LeadBase.FileName] = "{\"model_type\": \"AR\", \"input_len\": 4}"u8.ToArray();
        Assert.That(() => LeadBase.Load(signature, files), Throws.TypeOf<CorruptArtifactException>());
    }

    private static IFittedForecaster Fit(string type, PreparedSeries series, int validationStart, int? rows = null)
    {
        var family = ForecasterCatalog.Get(type);
        var fit = family.Create(family.Normalise(null)).Fit(new TrainingSet(First(series, rows ?? series.Rows), validationStart), _context);
        fit.BeforeRefit?.Dispose();
        return fit.Model;
    }

    private static PreparedSeries First(PreparedSeries series, int rows) => new()
    {
        Timestamps = series.Timestamps[..rows],
        Segments = series.Segments[..rows],
        Step = series.Step,
        Columns = series.Columns,
        Targets = series.Targets,
        Values = [.. series.Values.Select(v => v[..rows])],
        Observed = [.. series.Observed.Select(v => v[..rows])],
    };

    private static PreparedSeries Of(double[] values) => new()
    {
        Timestamps = [.. values.Select((_, t) => new DateTime(2024, 1, 1).AddMinutes(t))],
        Segments = new int[values.Length],
        Step = TimeSpan.FromMinutes(1),
        Columns = ["a"],
        Targets = ["a"],
        Values = [values],
        Observed = [[.. values.Select(_ => true)]],
    };
}
