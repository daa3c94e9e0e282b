using FLTS.Forecasting.Prophet.Fit;
using FLTS.Forecasting.Prophet.Predict;
using FLTS.Forecasting.Prophet.Settings;
using FLTS.Forecasting.Prophet.Terms;
using FLTS.Forecasting.Prophet.Trend;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Prophet;

/// <summary>Each part of the model against R prophet 1.0.</summary>
[TestFixture, Parallelizable]
internal sealed class ComponentTests
{
    [TestCaseSource(typeof(ReferenceCase), nameof(ReferenceCase.Names))]
    public void Changepoints_lie_where_the_reference_puts_them(string name)
    {
        var reference = ReferenceCase.Read(name);
        var model = ProphetFitter.Fit(reference.Settings, reference.History);

        Assert.That(
            model.Changepoints.Select(c => c.ToString("yyyy-MM-dd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture)),
            Is.EqualTo(reference.Strings("changepoints_ds")));
        Assert.That(model.Changepoints.Select(model.Scale.Time), Is.EqualTo(reference.Doubles("changepoints_t")).Within(1e-12));
    }

    [TestCaseSource(typeof(ReferenceCase), nameof(ReferenceCase.Names))]
    public void Times_and_values_are_scaled_as_the_reference_scales_them(string name)
    {
        var reference = ReferenceCase.Read(name);
        var scale = ProphetFitter.Fit(reference.Settings, reference.History).Scale;

        Assert.That(scale.SpanSeconds, Is.EqualTo((double)reference.Json["t_scale_seconds"]!));
        Assert.That(scale.YScale, Is.EqualTo((double)reference.Json["y_scale"]!).Within(1e-9));
    }

    [TestCaseSource(typeof(ReferenceCase), nameof(ReferenceCase.Names))]
    public void The_auto_rule_chooses_the_references_seasonalities(string name)
    {
        var reference = ReferenceCase.Read(name);
        var terms = ProphetFitter.Fit(reference.Settings, reference.History).Seasonalities;

        var expected = reference.Json["seasonalities"]!.AsObject();
        Assert.That(terms.Select(t => t.Name), Is.EquivalentTo(expected.Select(e => e.Key)));
        foreach (var term in terms)
        {
            Assert.That(term.Period, Is.EqualTo((double)expected[term.Name]!["period"]!));
            Assert.That(term.FourierOrder, Is.EqualTo((int)expected[term.Name]!["fourier_order"]!));
            Assert.That(term.PriorScale, Is.EqualTo((double)expected[term.Name]!["prior_scale"]!));
        }
    }

    [Test]
    public void Fourier_features_are_the_references_first_row()
    {
        var reference = ReferenceCase.Read("synthetic_additive");
        var features = new double[20];
        Seasonalities.Fourier((reference.History.Ds[0] - DateTime.UnixEpoch).TotalDays, 365.25, features);

        Assert.That(features, Is.EqualTo(reference.Doubles("X_first_row").Take(20)).Within(1e-9));
    }

    [Test]
    public void The_piecewise_linear_trend_bends_at_its_changepoints_and_nowhere_else()
    {
        double[] times = [0, 0.25, 0.5, 0.75, 1];
        var trend = PiecewiseTrend.Evaluate(Growth.Linear, k: 1, m: 2, delta: [0.5, -3], changepoints: [0.25, 0.5], times, []);

        Assert.That(trend, Is.EqualTo(new[] { 2, 2.25, 2.625, 2.25, 1.875 }).Within(1e-12));
    }

    [Test]
    public void The_logistic_trend_is_the_cap_times_a_continuous_sigmoid()
    {
        double[] times = [0.4, 0.5 - 1e-9, 0.5, 0.6];
        var trend = PiecewiseTrend.Evaluate(Growth.Logistic, k: 4, m: 0.3, delta: [-2], changepoints: [0.5], times, caps: [10, 10, 10, 10]);

        Assert.That(trend[0], Is.EqualTo(10 / (1 + Math.Exp(-4 * (0.4 - 0.3)))).Within(1e-12));
        Assert.That(trend[2], Is.EqualTo(trend[1]).Within(1e-6), "no jump at the changepoint");
        Assert.That(trend[3], Is.EqualTo(10 / (1 + Math.Exp(-((4 * 0.2) + (2 * 0.1))))).Within(1e-12));
    }

    [Test]
    public void A_holiday_acts_on_its_days_and_their_windows_only()
    {
        var reference = ReferenceCase.Read("synthetic_additive_holidays");
        var model = ProphetFitter.Fit(reference.Settings with { UncertaintySamples = 0 }, reference.History);
        var effect = model.Predict(reference.History).Components["holidays"];
        var days = ReferenceCase.ReadHolidays()
            .SelectMany(h => Enumerable.Range(h.LowerWindow, h.UpperWindow - h.LowerWindow + 1).Select(d => h.Date.AddDays(d)))
            .ToHashSet();

        for (var i = 0; i < effect.Length; i++)
            Assert.That(
                effect[i] != 0,
                Is.EqualTo(days.Contains(DateOnly.FromDateTime(reference.History.Ds[i]))),
                $"{reference.History.Ds[i]:yyyy-MM-dd}");
    }

    [Test]
    public void Min_max_scaling_is_the_same_as_scaling_the_data_first()
    {
        var reference = ReferenceCase.Read("synthetic_additive");
        var y = reference.History.Y!;
        var (low, range) = (y.Min(), y.Max() - y.Min());
        var scaled = new ProphetFrame { Ds = reference.History.Ds, Y = [.. y.Select(v => (v - low) / range)] };

        var inside = ProphetFitter.Fit(new ProphetSettings { Scaling = ScalingRule.MinMax }, reference.History)
            .PredictPoint(reference.Future);
        var first = ProphetFitter.Fit(new ProphetSettings(), scaled).PredictPoint(reference.Future);

        Assert.That(inside, Is.EqualTo(first.Select(v => (v * range) + low)).Within(1e-6));
    }

    [Test]
    public void Rows_in_any_order_give_the_same_model()
    {
        var reference = ReferenceCase.Read("synthetic_additive");
        var order = Enumerable.Range(0, reference.History.Rows).OrderBy(i => (i * 7919) % reference.History.Rows).ToArray();
        var shuffled = new ProphetFrame
        {
            Ds = [.. order.Select(i => reference.History.Ds[i])],
            Y = [.. order.Select(i => reference.History.Y![i])],
        };

        Assert.That(
            ProphetFitter.Fit(new ProphetSettings(), shuffled).Parameters.Beta,
            Is.EqualTo(ProphetFitter.Fit(new ProphetSettings(), reference.History).Parameters.Beta).Within(1e-12));
    }
}
