using System.Globalization;
using FLTS.Forecasting.Prophet.Fit;
using FLTS.Forecasting.Prophet.Predict;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Prophet;

/// <summary>Whole fits against R prophet 1.0.</summary>
[Parallelizable]
internal sealed class GoldenFitTests
{
    [TestCaseSource(typeof(ReferenceCase), nameof(ReferenceCase.Names))]
    public void The_log_posterior_reached_is_the_true_maximum_within_a_tenth(string name)
    {
        var reference = ReferenceCase.Read(name);
        var model = ProphetFitter.Fit(reference.Settings, reference.History);
        var maximum = (double)reference.TrueMap["lp_true_map"]!;
        TestContext.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: reached {model.Report.LogPosterior:F4}, Stan {(double)reference.Json["log_posterior"]!:F4}, maximum {maximum:F4}, "
            + $"iterations {model.Report.Iterations}, gain {model.Report.ExpectedGain:E1}"));
        Assert.That(model.Report.Converged, Is.True);
        Assert.That(model.Report.LogPosterior, Is.GreaterThanOrEqualTo(maximum - 0.1));
        Assert.That(model.Report.LogPosterior, Is.GreaterThanOrEqualTo((double)reference.Json["log_posterior"]! - 0.1));
    }

    [TestCaseSource(typeof(ReferenceCase), nameof(ReferenceCase.Names))]
    public void Yhat_agrees_with_the_reference_on_history_and_future(string name)
    {
        var reference = ReferenceCase.Read(name);
        var yhat = ProphetFitter.Fit(reference.Settings, reference.History).Predict(reference.Future).Yhat;
        var expected = reference.Doubles("yhat");
        var y = reference.History.Y!.Where(double.IsFinite).ToArray();
        var allowed = (1.5 * (double)reference.TrueMap["yhat_gap_max"]!) + (0.005 * (y.Max() - y.Min()));
        var worst = yhat.Zip(expected, (a, b) => Math.Abs(a - b)).Max();
        TestContext.Out.WriteLine(FormattableString.Invariant($"{name}: worst difference {worst:F4}, allowed {allowed:F4}"));
        Assert.That(yhat, Has.Length.EqualTo(expected.Length));
        Assert.That(worst, Is.LessThanOrEqualTo(allowed));
    }

    [TestCaseSource(typeof(ReferenceCase), nameof(ReferenceCase.Names))]
    public void The_references_own_parameters_give_its_yhat_trend_and_components(string name)
    {
        var reference = ReferenceCase.Read(name);
        var fitted = ProphetFitter.Fit(reference.Settings with { UncertaintySamples = 0 }, reference.History);
        var forecast = (fitted with { Parameters = reference.ReferenceParameters }).Predict(reference.Future);
        Assert.That(forecast.Yhat, Is.EqualTo(reference.Doubles("yhat")).Within(1e-6));
        var rows = reference.Doubles("components_at_rows").Select(r => (int)r - 1).ToArray();
        foreach (var (component, values) in reference.Json["components"]!.AsObject())
        {
            var expected = values!.AsArray().Select(v => (double)v!).ToArray();
            var ours = component == "trend" ? forecast.Trend : forecast.Components[component];
            Assert.That(rows.Select(r => ours[r]), Is.EqualTo(expected).Within(1e-6), component);
        }
    }

    [TestCaseSource(typeof(ReferenceCase), nameof(ReferenceCase.Names))]
    public void The_references_own_parameters_have_its_log_posterior(string name)
    {
        var reference = ReferenceCase.Read(name);
        var p = reference.ReferenceParameters;
        var model = ProphetFitter.Fit(reference.Settings, reference.History) with { Parameters = p };
        var sse = model.Predict(reference.History)
            .Yhat.Zip(reference.History.Y!, (a, b) => (a - b) / model.Scale.YScale)
            .Where(double.IsFinite)
            .Sum(r => r * r);
        var posterior = new Posterior(model.Report.Rows, p.Delta.Length, reference.Settings.ChangepointPriorScale, [.. model.Columns]);
        Assert.That(sse, Is.EqualTo((double)reference.Json["sse_scaled"]!).Within(1e-7));
        Assert.That(
            posterior.Log([p.K, p.M, .. p.Delta, .. p.Beta], sse, p.SigmaObs),
            Is.EqualTo((double)reference.Json["log_posterior"]!).Within(0.01));
    }
}
