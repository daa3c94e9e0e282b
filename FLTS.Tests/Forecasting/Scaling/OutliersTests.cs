using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Scaling;
using FLTS.Tests.Forecasting.Preparation;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Scaling;

/// <summary>Values that no series reaches by itself are found and told.</summary>
[Parallelizable]
public class OutliersTests
{
    [TestCase(1e9, true)]
    [TestCase(-1e9, true)]
    [TestCase(75, false, Description = "some interquartile ranges away")]
    public void A_spike_beyond_twenty_interquartile_ranges_is_told_with_what_helps(double spike, bool told)
    {
        foreach (var unit in new[] { 1, 1e-12, 1e12 })
        {
            double[] values = [.. Enumerable.Range(0, 300).Select(i => unit * (i == 101 ? spike : 50 + (i % 10)))];
            var data = DatasetPreparer.Prepare(Tables.Config(), Tables.Make("x.csv", 0, ("load", values)));

            var warned = data.Meta.Report.Warnings.Any(w => w.Contains("20 interquartile ranges", StringComparison.Ordinal));
            Assert.That(warned, Is.EqualTo(told));
            Assert.That(
                Outliers.ShareOfRange(data.Train.Values[0], data.Train.Observed[0]),
                Is.EqualTo(told ? 9 / (Math.Abs(spike) + (spike < 0 ? 59 : -50)) : 1).Within(1e-12));
        }

        var clipped = DatasetPreparer.Prepare(
            Tables.Config("""{"clipping": "iqr"}"""),
            Tables.Make("x.csv", 0, ("load", [.. Enumerable.Range(0, 300).Select(i => i == 101 ? spike : 50.0 + (i % 10))])));
        Assert.That(clipped.Meta.Report.Warnings, Is.Empty, "models do not see it any more");
    }

    [Test]
    public void A_counter_that_is_mostly_zero_has_no_outliers_where_it_counts()
    {
        bool[] observed = [.. Enumerable.Repeat(true, 1000)];
        double[] alarms = [.. Enumerable.Range(0, 1000).Select(i => i % 33 == 7 ? 5.0 + (i % 90) : 0)];
        Assert.That(Outliers.ShareOfRange(alarms, observed), Is.EqualTo(1));

        alarms[500] = 1e9;
        Assert.That(Outliers.ShareOfRange(alarms, observed), Is.LessThan(1e-6));
        Assert.That(Outliers.Bounds([.. Enumerable.Repeat(3.0, 1000)], observed), Is.Null, "what does not spread has none");
        Assert.That(Outliers.Bounds(alarms, new bool[1000]), Is.Null, "nothing was observed");
    }

    [Test]
    public void A_season_does_not_pass_for_a_spread()
    {
        // Every 24th row is next to 0, and so would be quartiles of every 24th row.
        double[] values = [.. Enumerable.Range(0, 100_000).Select(i => 1e-3 + (1000 * Math.Abs(Math.Sin(Math.PI * i / 24))))];
        Assert.That(Outliers.ShareOfRange(values, [.. Enumerable.Repeat(true, values.Length)]), Is.EqualTo(1));
    }
}
