using FLTS.Forecasting.Prophet.Fit;
using FLTS.Forecasting.Prophet.Predict;
using FLTS.Forecasting.Prophet.Settings;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Prophet;

/// <summary>Terms beyond the reference's cases: what is known to be in the data must come out of the fit.</summary>
[Parallelizable]
internal sealed class TermTests
{
    private const int Days = 400;

    private static readonly DateTime _start = new(2020, 1, 1);

    private static readonly DateTime[] _times = [.. Enumerable.Range(0, Days).Select(i => _start.AddDays(i))];

    [Test]
    public void A_regressors_effect_is_found_and_its_component_follows_its_future_values()
    {
        var heat = Enumerable.Range(0, Days).Select(i => 20 + (8 * Math.Sin(i * 0.37))).ToArray();
        var frame = Frame([.. heat.Select((h, i) => 50 + (1.5 * h) + Noise(i))], ("heat", heat));
        var model = ProphetFitter.Fit(new ProphetSettings { Regressors = [new Regressor("heat")] }, frame);
        Assert.That(model.Regressors[0].Mean, Is.EqualTo(heat.Average()).Within(1e-9));
        var future = new ProphetFrame
        {
            Ds = [_start.AddDays(500), _start.AddDays(500)],
            Regressors = new Dictionary<string, double[]> { ["heat"] = [10, 30] },
        };
        var forecast = model.Predict(future);
        Assert.That(forecast.Yhat[1] - forecast.Yhat[0], Is.EqualTo(30).Within(0.5));
        Assert.That(forecast.Components["extra_regressors_additive"], Is.EqualTo(forecast.Components["heat"]));
        Assert.That(
            () => model.Predict(new ProphetFrame { Ds = [_start] }),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains("heat"));
    }

    [Test]
    public void A_regressor_of_zeros_and_ones_is_not_standardised_unless_asked()
    {
        var open = Enumerable.Range(0, Days).Select(i => i % 3 == 0 ? 1.0 : 0).ToArray();
        var frame = Frame([.. open.Select((o, i) => 10 + (2 * o) + Noise(i))], ("open", open));
        var left = ProphetFitter.Fit(new ProphetSettings { Regressors = [new Regressor("open")] }, frame);
        var asked = ProphetFitter.Fit(
            new ProphetSettings { Regressors = [new Regressor("open", Standardise: Standardisation.Always)] }, frame);
        Assert.That((left.Regressors[0].Mean, left.Regressors[0].Deviation), Is.EqualTo((0.0, 1.0)));
        Assert.That(asked.Regressors[0].Deviation, Is.EqualTo(0.472).Within(0.001));
        Assert.That(asked.PredictPoint(frame), Is.EqualTo(left.PredictPoint(frame)).Within(0.05));
    }

    [Test]
    public void A_conditional_seasonality_acts_only_where_its_condition_holds()
    {
        var summer = _times.Select(t => t.Month is > 3 and < 10).ToArray();
        var y = _times
            .Select((t, i) => 20 + (summer[i] ? 3 * Math.Sin(2 * Math.PI * (t - DateTime.UnixEpoch).TotalDays / 7) : 0) + Noise(i))
            .ToArray();
        var settings = new ProphetSettings
        {
            WeeklySeasonality = 0,
            Seasonalities = [new Seasonality("summer_week", 7, 2, Condition: "summer")],
        };
        var frame = new ProphetFrame { Ds = _times, Y = y, Conditions = new Dictionary<string, bool[]> { ["summer"] = summer } };
        var component = ProphetFitter.Fit(settings, frame).Predict(frame).Components["summer_week"];
        Assert.That(component.Where((_, i) => !summer[i]), Is.All.Zero);
        Assert.That(component.Max(), Is.EqualTo(3 * Math.Sin(2 * Math.PI * 2 / 7)).Within(0.1));
        Assert.That(
            () => ProphetFitter.Fit(settings, new ProphetFrame { Ds = _times, Y = y }),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains("summer"));
    }

    [Test]
    public void Additive_and_multiplicative_terms_can_be_mixed()
    {
        var load = Enumerable.Range(0, Days).Select(i => Math.Cos(i * 0.9)).ToArray();
        var y = _times.Select((t, i) =>
            ((10 + (0.05 * i)) * (1 + (0.2 * Math.Sin(2 * Math.PI * (t - DateTime.UnixEpoch).TotalDays / 7)))) + (2 * load[i]) + Noise(i))
                .ToArray();
        var settings = new ProphetSettings
        {
            SeasonalityMode = TermMode.Multiplicative,
            Regressors = [new Regressor("load", Mode: TermMode.Additive)],
        };
        var model = ProphetFitter.Fit(settings, Frame(y, ("load", load)));
        var forecast = model.Predict(Frame(y, ("load", load)));
        Assert.That(model.Report.Converged, Is.True);
        Assert.That(forecast.Components["weekly"].Max(), Is.EqualTo(0.2 * Math.Sin(2 * Math.PI * 2 / 7)).Within(0.01));
        Assert.That(forecast.Components["load"].Max(), Is.EqualTo(2 * load.Max()).Within(0.1));
    }

    [Test]
    public void A_logistic_trend_stays_between_its_floor_and_its_cap()
    {
        var y = Enumerable.Range(0, Days).Select(i => 100 + (50 / (1 + Math.Exp(-(i - 150) / 40.0))) + Noise(i)).ToArray();
        ProphetFrame Rows(int from) => new()
        {
            Ds = [.. _times.Select(t => t.AddDays(from))],
            Y = from == 0 ? y : null,
            Cap = [.. Enumerable.Repeat(150.0, Days)],
            Floor = [.. Enumerable.Repeat(100.0, Days)],
        };
        foreach (var scaling in new[] { ScalingRule.AbsMax, ScalingRule.MinMax })
        {
            var model = ProphetFitter.Fit(
                new ProphetSettings { Growth = Growth.Logistic, WeeklySeasonality = 0, Scaling = scaling }, Rows(0));
            Assert.That(model.Report.Converged, Is.True, scaling.ToString());
            Assert.That(model.PredictPoint(Rows(0)), Is.EqualTo(y).Within(1.5), scaling.ToString());
            Assert.That(model.Predict(Rows(800)).Trend, Is.All.InRange(100, 150), scaling.ToString());
        }
    }

    [Test]
    public void A_flat_trend_is_level_and_keeps_its_seasonality()
    {
        var y = _times.Select((t, i) => 7 + Math.Sin(2 * Math.PI * (t - DateTime.UnixEpoch).TotalDays / 7) + Noise(i)).ToArray();
        var forecast = ProphetFitter.Fit(new ProphetSettings { Growth = Growth.Flat }, Frame(y)).Predict(Frame(y));
        Assert.That(forecast.Trend, Is.All.EqualTo(7).Within(0.05));
        Assert.That(forecast.Yhat, Is.EqualTo(y).Within(0.4));
    }

    [Test]
    public void A_warm_start_ends_at_the_same_maximum_in_no_more_steps()
    {
        var reference = ReferenceCase.Read("synthetic_logistic");
        var cold = ProphetFitter.Fit(reference.Settings, reference.History);
        var warm = ProphetFitter.Fit(reference.Settings, reference.History, new ProphetFitOptions { WarmStart = [cold] });
        Assert.That(warm.Report.LogPosterior, Is.EqualTo(cold.Report.LogPosterior).Within(1e-5));
        Assert.That(warm.Report.Iterations, Is.LessThan(cold.Report.Iterations));
    }

    [Test]
    public void A_fit_that_is_stopped_early_says_so()
    {
        var reference = ReferenceCase.Read("synthetic_logistic");
        var model = ProphetFitter.Fit(reference.Settings, reference.History, new ProphetFitOptions { MaxIterations = 1 });
        Assert.That(model.Report.Converged, Is.False);
    }

    [Test]
    public void Targets_with_holes_of_their_own_are_fitted_as_if_alone()
    {
        var reference = ReferenceCase.Read("synthetic_missing");
        var whole = ReferenceCase.Read("synthetic_additive").History.Y!;
        var together = ProphetFitter.FitMany(
            reference.Settings,
            reference.History,
            [reference.History.Y!, whole, reference.History.Y!],
            new ProphetFitOptions { Threads = 2 });
        var alone = ProphetFitter.Fit(reference.Settings, reference.History);
        Assert.That(together[0].Parameters.Beta, Is.EqualTo(alone.Parameters.Beta).Within(1e-9));
        Assert.That(together[1].Report.Rows, Is.EqualTo(800));
        Assert.That(together[2].Report.Rows, Is.EqualTo(787));
    }

    [Test]
    public void A_future_occurrence_of_a_known_holiday_can_come_with_the_request()
    {
        var reference = ReferenceCase.Read("synthetic_additive_holidays");
        var model = ProphetFitter.Fit(reference.Settings, reference.History);
        var day = new ProphetFrame { Ds = [new DateTime(2019, 7, 4)] };
        var effect = model.PredictPoint(day, [new Holiday("july4", new DateOnly(2019, 7, 4))])[0] - model.PredictPoint(day)[0];
        Assert.That(effect, Is.EqualTo(model.Parameters.Beta[^1] * model.Scale.YScale).Within(1e-9));
        Assert.That(
            () => model.PredictPoint(day, [new Holiday("may1", new DateOnly(2019, 5, 1))]),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains("may1"));
    }

    private static ProphetFrame Frame(double[] y, params (string Name, double[] Values)[] regressors) =>
        new() { Ds = _times, Y = y, Regressors = regressors.ToDictionary(r => r.Name, r => r.Values) };

    // Fixed, bounded by 0.1, and no sine the terms could fit.
    private static double Noise(int i) => 0.2 * (((i * 7919L % 1009) / 1009.0) - 0.5);
}
