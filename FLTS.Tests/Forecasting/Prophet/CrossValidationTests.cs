using FLTS.Modules.Forecasting.Prophet;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Prophet;

[TestFixture]
internal sealed class CrossValidationTests
{
    private static readonly TimeSpan _day = TimeSpan.FromDays(1);

    [Test]
    public void Cutoffs_go_back_from_a_horizon_before_the_end_in_periods_while_the_first_fit_has_its_span()
    {
        DateTime[] days = [.. Enumerable.Range(0, 100).Select(i => new DateTime(2026, 1, 1).AddDays(i))];

        var cutoffs = CrossValidation.Cutoffs(days, 50 * _day, 15 * _day, 20 * _day);

        Assert.That(cutoffs, Is.EqualTo(new[] { days[64], days[79] }));
    }

    [Test]
    public void A_cutoff_with_nothing_after_it_moves_before_the_gap()
    {
        var start = new DateTime(2026, 1, 1);
        DateTime[] days = [.. Enumerable.Range(0, 50).Select(i => start.AddDays(i)), .. Enumerable.Range(90, 11).Select(i => start.AddDays(i))];

        var cutoffs = CrossValidation.Cutoffs(days, 20 * _day, 20 * _day, 10 * _day);

        Assert.That(cutoffs, Is.EqualTo(new[] { start.AddDays(39), start.AddDays(90) }));
    }

    [Test]
    public void Every_row_of_a_horizon_is_forecast_by_a_fit_that_ends_before_it()
    {
        var reference = ReferenceCase.Read("synthetic_additive");
        var horizon = 60 * _day;
        var cutoffs = CrossValidation.Cutoffs(reference.History.Ds, 600 * _day, 60 * _day, horizon);
        var rows = CrossValidation.Run(reference.Settings with { UncertaintySamples = 200 }, reference.History, cutoffs, horizon);

        Assert.That(rows, Has.Count.EqualTo(cutoffs.Length * 60));
        Assert.That(rows.Select(r => r.Ds - r.Cutoff), Is.All.InRange(_day, horizon));
        var alone = ProphetFitter.Fit(reference.Settings, Until(reference.History, cutoffs[0])).PredictPoint(new ProphetFrame { Ds = [rows[0].Ds] });
        Assert.That(rows[0].Yhat, Is.EqualTo(alone[0]).Within(1e-9));

        var performance = PerformanceMetrics.Of(rows);
        Assert.That(performance[^1].Horizon, Is.EqualTo(horizon));
        Assert.That(performance.Select(p => p.Rmse), Is.All.InRange(0, 2.3), "better than the deviation of the series");
        Assert.That(performance.Select(p => p.Coverage!.Value), Is.All.InRange(0, 1));
    }

    [Test]
    public void A_window_of_all_rows_is_their_plain_mean()
    {
        var at = new DateTime(2026, 1, 1);
        CrossValidationRow[] rows = [.. Enumerable.Range(1, 10).Select(i => new CrossValidationRow(at, at.AddDays(i), 10, 10 + i, null, null))];

        var all = PerformanceMetrics.Of(rows, rollingWindow: 1);

        Assert.That(all, Has.Count.EqualTo(1));
        Assert.That(all[0].Mae, Is.EqualTo(5.5).Within(1e-12));
        Assert.That(PerformanceMetrics.Of(rows, rollingWindow: 0).Select(p => p.Mae), Is.EqualTo(Enumerable.Range(1, 10).Select(i => (double)i)).Within(1e-12));
    }

    private static ProphetFrame Until(ProphetFrame history, DateTime cutoff)
    {
        var rows = Enumerable.Range(0, history.Rows).Where(i => history.Ds[i] <= cutoff).ToArray();
        return new ProphetFrame { Ds = [.. rows.Select(i => history.Ds[i])], Y = [.. rows.Select(i => history.Y![i])] };
    }
}
