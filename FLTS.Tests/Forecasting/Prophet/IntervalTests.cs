using FLTS.Forecasting.Prophet;
using FLTS.Forecasting.Prophet.Fit;
using FLTS.Forecasting.Prophet.Predict;
using FLTS.Forecasting.Prophet.Settings;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Prophet;

[TestFixture, Parallelizable]
internal sealed class IntervalTests
{
    /// <summary>The additive series has holiday spikes; the rows are covered as promised only by a model that knows of them.</summary>
    [TestCase("synthetic_additive")]
    [TestCase("synthetic_missing")]
    [TestCase("synthetic_additive_holidays")]
    [TestCase("synthetic_multiplicative")]
    [TestCase("synthetic_logistic")]
    public void The_80_percent_interval_covers_75_to_85_percent_of_the_history(string name)
    {
        var reference = ReferenceCase.Read(name);
        var additive = name is "synthetic_additive" or "synthetic_missing";
        var covered = Coverage(
            reference, additive ? reference.Settings with { Holidays = ReferenceCase.ReadHolidays() } : reference.Settings);

        Assert.That(covered, Is.InRange(0.75, 0.85));
    }

    /// <summary>With every case's settings as they are, holidays that they leave out included.</summary>
    [TestCaseSource(typeof(ReferenceCase), nameof(ReferenceCase.Names))]
    public void Drawn_from_the_residuals_the_80_percent_interval_covers_75_to_85_percent_of_every_history(string name)
    {
        var reference = ReferenceCase.Read(name);

        Assert.That(Coverage(reference, reference.Settings with { Noise = ObservationNoise.Residuals }), Is.InRange(0.75, 0.85));
    }

    [Test]
    public void Noise_drawn_from_the_residuals_spreads_the_future_as_the_history_and_survives_saving()
    {
        var reference = ReferenceCase.Read("synthetic_additive");
        var model = ProphetFitter.Fit(
            reference.Settings with { Noise = ObservationNoise.Residuals, ChangepointPriorScale = 1e-6 }, reference.History);
        var loaded = ProphetJson.Read(ProphetJson.Write([KeyValuePair.Create("y", model)]))["y"];
        var (past, future) = (
            model.Predict(reference.History),
            loaded.Predict(new ProphetFrame { Ds = [reference.History.Ds[^1].AddDays(1)] }));

        Assert.That(future.YhatUpper![0] - future.YhatLower![0], Is.EqualTo(past.YhatUpper![0] - past.YhatLower![0]).Within(10).Percent);
    }

    /// <summary>
    /// Unmodelled spikes widen sigma_obs, in the reference as here: too wide an interval is then the model's honest answer.
    /// </summary>
    [TestCase("synthetic_additive")]
    [TestCase("synthetic_missing")]
    [TestCase("synthetic_pipeline_settings")]
    [TestCase("synthetic_short90")]
    public void Where_the_model_lacks_the_holidays_the_interval_covers_what_the_references_own_would(string name)
    {
        const double Z80 = 1.2815515655446004; // Normal quantile at 0.9.
        var reference = ReferenceCase.Read(name);
        var (y, yhat) = (reference.History.Y!, reference.Doubles("yhat"));
        var half = Z80 * reference.ReferenceParameters.SigmaObs * (double)reference.Json["y_scale"]!;
        var theirs = Enumerable.Range(0, y.Length)
            .Where(i => double.IsFinite(y[i]))
            .Average(i => Math.Abs(y[i] - yhat[i]) <= half ? 1.0 : 0.0);

        Assert.That(Coverage(reference, reference.Settings), Is.EqualTo(theirs).Within(0.02));
    }

    [Test]
    public void The_interval_widens_into_the_future_and_the_same_seed_draws_the_same()
    {
        var reference = ReferenceCase.Read("synthetic_pipeline_settings");
        var model = ProphetFitter.Fit(reference.Settings, reference.History);
        var (once, again) = (model.Predict(reference.Future), model.Predict(reference.Future));

        Assert.That(again.YhatLower, Is.EqualTo(once.YhatLower));
        Assert.That(once.TrendUpper![^1] - once.TrendLower![^1], Is.GreaterThan(once.TrendUpper[0] - once.TrendLower[0]));
        for (var i = 0; i < once.Yhat.Length; i++)
            Assert.That(once.YhatLower![i], Is.LessThanOrEqualTo(once.YhatUpper![i]));
    }

    [Test]
    public void Without_samples_there_is_no_interval()
    {
        var reference = ReferenceCase.Read("synthetic_short90");
        var forecast = ProphetFitter.Fit(reference.Settings with { UncertaintySamples = 0 }, reference.History).Predict(reference.Future);

        Assert.That(forecast.YhatLower, Is.Null);
    }

    private static double Coverage(ReferenceCase reference, ProphetSettings settings)
    {
        var forecast = ProphetFitter.Fit(settings, reference.History).Predict(reference.History);
        var y = reference.History.Y!;
        var covered = Enumerable.Range(0, y.Length)
            .Where(i => double.IsFinite(y[i]))
            .Average(i => y[i] >= forecast.YhatLower![i] && y[i] <= forecast.YhatUpper![i] ? 1.0 : 0.0);
        TestContext.Out.WriteLine(FormattableString.Invariant($"covered: {covered:P1}"));
        return covered;
    }
}
