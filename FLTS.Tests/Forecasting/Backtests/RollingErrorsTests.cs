using FLTS.Forecasting.Backtests;
using FLTS.Forecasting.Metrics;
using FLTS.Forecasting.Scaling;
using FLTS.Forecasting.Series;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Backtests;

[TestFixture, Parallelizable]
internal sealed class RollingErrorsTests
{
    private static readonly DateTime _noon = new(2026, 3, 2, 12, 0, 0);

    private static readonly string[] _targets = ["a", "b", "flat"];

    [Test]
    public void Sums_are_those_of_the_scoreboard_by_target_by_lead_and_over_all()
    {
        var random = new Random(3);
        var scaler = Scaler();
        var (truth, forecast) = (new double[50, 4, 3], new double[50, 4, 3]);
        var errors = new RollingErrors("GRU", scaler, _targets, new Dictionary<string, double> { ["a"] = 3 });
        for (var n = 0; n < 50; n++)
        {
            for (var h = 0; h < 4; h++)
            {
                for (var m = 0; m < 3; m++)
                    (truth[n, h, m], forecast[n, h, m]) = (random.Next(5) == 0 ? double.NaN : random.NextDouble(), random.NextDouble());
                errors.Add(
                    h + 1,
                    _noon.AddHours(n % 7),
                    [forecast[n, h, 0], forecast[n, h, 1], forecast[n, h, 2]],
                    [truth[n, h, 0], truth[n, h, 1], truth[n, h, 2]]);
            }
        }

        var board = ForecastMetrics.Score(
            "GRU", truth, forecast, scaler, _targets, null, null, new Dictionary<string, double> { ["a"] = 3 });
        var total = errors.Total();
        Assert.That(total.Rmse, Is.EqualTo(board.Rmse!.Value).Within(1e-12));
        Assert.That(total.Mae, Is.EqualTo(board.Mae!.Value).Within(1e-12));
        Assert.That(total.Mse, Is.EqualTo(board.Mse!.Value).Within(1e-12));
        foreach (var target in _targets)
        {
            var (own, theirs) = (total.PerTarget[target], board.PerTarget[target]);
            Assert.That((own.Matched, own.Flat), Is.EqualTo(((long)theirs.Cells, theirs.Flat)), target);
            Assert.That(own.Rmse, Is.EqualTo(theirs.Rmse!.Value).Within(1e-12), target);
            Assert.That(own.Original!.Mae, Is.EqualTo(theirs.Original!.Mae).Within(1e-12), target);
        }

        Assert.That(
            errors.Leads().Select(l => (l.Lead, l.Score.Rmse)),
            Is.EqualTo(board.PerStep.Select(s => (s.Step, s.Rmse))).Using<(int Lead, double? Rmse)>(
                (one, other) => one.Lead == other.Lead && Math.Abs(one.Rmse!.Value - other.Rmse!.Value) < 1e-12));
        var hours = errors.Buckets();
        Assert.That(hours, Has.Count.EqualTo(4 * 7));
        Assert.That(hours.Select(h => (h.Lead, h.Bucket)), Is.Ordered);
        Assert.That(hours.Sum(h => h.Score.Matched), Is.EqualTo(total.Matched));
    }

    [Test]
    public void Bias_has_a_sign_and_what_was_not_observed_is_a_cell_that_is_not_matched()
    {
        var errors = new RollingErrors("AR", Scaler(), _targets);
        errors.Add(1, _noon, [7, 1, 0], [5, double.NaN, 0]);
        errors.Add(1, _noon, [4, 1, 0], [5, double.NaN, 0]);

        var score = errors.Total();

        Assert.That((score.Cells, score.Matched, score.MatchedShare, score.State), Is.EqualTo((4L, 2L, (double?)0.5, "scored")));
        Assert.That(score.Bias, Is.EqualTo(0.05).Within(1e-12), "the range of a is 10");
        Assert.That(score.PerTarget["a"].Original, Is.EqualTo(new OriginalErrors(Math.Sqrt(2.5), 1.5, 0.5)));
        Assert.That((score.PerTarget["b"].Matched, score.PerTarget["b"].Rmse), Is.EqualTo((0L, (double?)null)));
    }

    [Test]
    public void Under_half_matched_is_no_truth_and_never_a_pass()
    {
        var errors = new RollingErrors("AR", Scaler(), _targets);
        errors.Add(1, _noon, [7, 1, 0], [7, double.NaN, 0]);
        errors.Add(1, _noon, [7, 1, 0], [double.NaN, double.NaN, 0]);

        Assert.That(errors.Buckets().Single().Score.State, Is.EqualTo("no_truth"));
    }

    [Test]
    public void A_forecast_that_is_not_finite_fails_by_name()
    {
        var errors = new RollingErrors("AR", Scaler(), _targets);

        Assert.That(
            () => errors.Add(5, _noon, [1, double.NaN, 0], [1, 1, 0]),
            Throws.InstanceOf<NonFiniteForecastException>().With.Message.EqualTo(
                "AR: a forecast of 'b' 5 steps ahead is NaN; every forecast must be finite."));
    }

    [TestCase(2, 1, "12:00", TestName = "Two_minutes_are_summed_by_the_hour")]
    [TestCase(60, 1, "12:00", TestName = "Hours_are_their_own_buckets")]
    [TestCase(24 * 60, 24, "12:34", TestName = "Days_are_their_own_buckets_whatever_their_time")]
    public void A_bucket_is_the_longest_of_an_hour_a_share_of_the_season_and_a_step(int minutes, int hours, string start)
    {
        var buckets = new TimeBuckets(TimeSpan.FromMinutes(minutes));

        Assert.That(buckets.Length, Is.EqualTo(TimeSpan.FromHours(hours)));
        Assert.That($"{buckets.Start(_noon.AddMinutes(minutes == 60 ? 0 : 34)):HH:mm}", Is.EqualTo(start));
    }

    private static Scaler Scaler() => new(
        ScalerKind.MinMax,
        [
            new ColumnScale("a", 0, 10, 0, 10, 1, 0),
            new ColumnScale("b", -1, 2, -1, 1, 1, 0),
            new ColumnScale("flat", 3, 1, 3, 3, null, 3),
        ]);
}
