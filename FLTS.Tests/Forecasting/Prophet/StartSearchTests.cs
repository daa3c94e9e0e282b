using FLTS.Forecasting.Prophet.Fit;
using FLTS.Forecasting.Prophet.Settings;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Prophet;

/// <summary>
/// The posterior of a logistic trend, and that of multiplicative terms, has several maxima; where a fit ends depends on where it starts.
/// </summary>
[TestFixture, Parallelizable]
internal sealed class StartSearchTests
{
    private static readonly ProphetSettings _settings = new() { Growth = Growth.Logistic, YearlySeasonality = 0 };

    [TestCaseSource(nameof(Seeds))]
    public void A_fit_without_knowledge_is_no_worse_than_one_started_at_the_curve_that_made_the_data(int seed)
    {
        var (history, truth) = Series(seed);
        var cold = ProphetFitter.Fit(_settings, history);
        var bends = new double[cold.Parameters.Delta.Length];
        bends[bends.Length / 2] = truth.Bend;
        var atTruth = cold with
        {
            Parameters = cold.Parameters with { K = truth.K, M = truth.M, Delta = bends, Beta = new double[cold.Parameters.Beta.Length] },
        };
        var warm = ProphetFitter.Fit(_settings, history, new ProphetFitOptions { WarmStart = [atTruth] });

        Assert.That(cold.Report.LogPosterior, Is.GreaterThanOrEqualTo(warm.Report.LogPosterior - 0.1));
    }

    /// <summary>
    /// Of series like these, some with more changepoints than weeks, a fit from one start alone missed the best by up to 8 log units.
    /// </summary>
    [TestCaseSource(nameof(MixedSeeds))]
    public void A_fit_of_mixed_modes_is_no_worse_than_fits_from_drawn_starts(int seed)
    {
        var random = new Random(seed);
        var history = Mixed(random);
        var settings = new ProphetSettings
        {
            SeasonalityMode = TermMode.Multiplicative,
            ChangepointPriorScale = seed % 2 == 0 ? 0.05 : 0.5,
            Seasonalities = [new Seasonality("monthly", 30.5, 3, Mode: TermMode.Additive)],
        };
        var cold = ProphetFitter.Fit(settings, history);

        Assert.That(cold.Report.Converged, Is.True);
        for (var start = 0; start < 6; start++)
        {
            var drawn = cold.Parameters with
            {
                K = Draw(1),
                M = Draw(1.5),
                Delta = Array.ConvertAll(cold.Parameters.Delta, _ => Draw(0.5)),
                Beta = Array.ConvertAll(cold.Parameters.Beta, _ => Draw(1)),
            };
            var warm = ProphetFitter.Fit(settings, history, new ProphetFitOptions { WarmStart = [cold with { Parameters = drawn }] });
            Assert.That(cold.Report.LogPosterior, Is.GreaterThanOrEqualTo(warm.Report.LogPosterior - 0.1), $"start {start}");
        }

        double Draw(double most) => most * ((2 * random.NextDouble()) - 1);
    }

    [Test]
    public void The_search_on_thinned_rows_finds_what_all_rows_would()
    {
        const int Rows = 6000;
        var ds = Enumerable.Range(0, Rows).Select(i => new DateTime(2021, 1, 1).AddHours(i)).ToArray();
        var random = new Random(5);
        var y = ds.Select((_, i) =>
            (20 / (1 + Math.Exp(-((12 * ((i / 6000.0) - 0.3)) - (30 * Math.Max(0, (i / 6000.0) - 0.5)))))) + Math.Sin(2 * Math.PI * i / 24)
            + random.NextDouble()).ToArray();
        var history = new ProphetFrame { Ds = ds, Y = y, Cap = [.. Enumerable.Repeat(22.0, Rows)] };
        var cold = ProphetFitter.Fit(new ProphetSettings { Growth = Growth.Logistic }, history);
        var bends = new double[cold.Parameters.Delta.Length];
        bends[(int)(bends.Length * 0.5 / 0.8)] = -30;
        var truth = cold with
        {
            Parameters = cold.Parameters with { K = 12, M = 0.3, Delta = bends, Beta = new double[cold.Parameters.Beta.Length] },
        };
        var warm = ProphetFitter.Fit(
            new ProphetSettings { Growth = Growth.Logistic },
            history,
            new ProphetFitOptions { WarmStart = [truth] });

        Assert.That(cold.Report.LogPosterior, Is.GreaterThanOrEqualTo(warm.Report.LogPosterior - 0.1));
    }

    private static IEnumerable<int> MixedSeeds() => Enumerable.Range(1, 40);

    private static ProphetFrame Mixed(Random random)
    {
        const int Days = 150;
        var (level, slope, bend, swing, noise) = (
            3 + (7 * random.NextDouble()),
            (8 * random.NextDouble()) - 4,
            (20 * random.NextDouble()) - 10,
            random.NextDouble(),
            0.1 + random.NextDouble());
        return new ProphetFrame
        {
            Ds = [.. Enumerable.Range(0, Days).Select(i => new DateTime(2021, 1, 1).AddDays(i))],
            Y = [.. Enumerable.Range(0, Days).Select(i =>
            {
                var t = (double)i / (Days - 1);
                return ((level + (slope * t) + (bend * Math.Max(0, t - 0.4))) * (1 + (swing * Math.Sin(2 * Math.PI * i / 7))))
                    + Math.Cos(2 * Math.PI * i / 30.5) + (4 * noise * (random.NextDouble() - 0.5));
            })],
        };
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
