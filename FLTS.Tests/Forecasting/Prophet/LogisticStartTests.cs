using FLTS.Modules.Forecasting.Prophet;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Prophet;

/// <summary>The posterior of a logistic trend has several maxima; where the fit ends depends on where it starts.</summary>
[TestFixture]
internal sealed class LogisticStartTests
{
    private static readonly ProphetSettings _settings = new() { Growth = Growth.Logistic, YearlySeasonality = 0 };

    [TestCaseSource(nameof(Seeds))]
    public void A_fit_without_knowledge_is_no_worse_than_one_started_at_the_curve_that_made_the_data(int seed)
    {
        var (history, truth) = Series(seed);
        var cold = ProphetFitter.Fit(_settings, history);
        var bends = new double[cold.Parameters.Delta.Length];
        bends[bends.Length / 2] = truth.Bend;
        var atTruth = cold with { Parameters = cold.Parameters with { K = truth.K, M = truth.M, Delta = bends, Beta = new double[cold.Parameters.Beta.Length] } };
        var warm = ProphetFitter.Fit(_settings, history, new ProphetFitOptions { WarmStart = [atTruth] });

        Assert.That(cold.Report.LogPosterior, Is.GreaterThanOrEqualTo(warm.Report.LogPosterior - 0.1));
    }

    private static IEnumerable<int> Seeds() => Enumerable.Range(1, 100);

    // z = k (t - m), bent once about the middle of the changepoints' range.
    private static (ProphetFrame History, (double K, double M, double Bend) Truth) Series(int seed)
    {
        const int Days = 300;
        const double Cap = 20;
        var random = new Random(seed);
        var (k, m, bend) = ((random.NextDouble() * 30) - 15, random.NextDouble(), (random.NextDouble() * 60) - 30);
        var y = Enumerable.Range(0, Days).Select(i =>
        {
            var t = (double)i / (Days - 1);
            var z = (k * (t - m)) + (bend * Math.Max(0, t - 0.4));
            return (Cap / (1 + Math.Exp(-z))) + random.NextDouble() - 0.5;
        }).ToArray();
        var ds = Enumerable.Range(0, Days).Select(i => new DateTime(2021, 1, 1).AddDays(i)).ToArray();
        return (new ProphetFrame { Ds = ds, Y = y, Cap = [.. Enumerable.Repeat(Cap, Days)] }, (k, m, bend));
    }
}
