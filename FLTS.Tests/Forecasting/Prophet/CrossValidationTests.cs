using System.Globalization;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Prophet.Fit;
using FLTS.Forecasting.Prophet.Predict;
using FLTS.Forecasting.Prophet.Settings;
using FLTS.Forecasting.Prophet.Validation;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Prophet;

[TestFixture, Parallelizable]
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
        DateTime[] days =
            [.. Enumerable.Range(0, 50).Select(i => start.AddDays(i)), .. Enumerable.Range(90, 11).Select(i => start.AddDays(i))];

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
        // 600 days alone would have no yearly term by the auto rule; a cross-validation keeps the terms of the whole history.
        var alone = ProphetFitter.Fit(reference.Settings with { YearlySeasonality = 10 }, Until(reference.History, cutoffs[0]))
            .PredictPoint(new ProphetFrame { Ds = [rows[0].Ds] });
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
        CrossValidationRow[] rows =
            [.. Enumerable.Range(1, 10).Select(i => new CrossValidationRow(at, at.AddDays(i), 10, 10 + i, null, null))];

        var all = PerformanceMetrics.Of(rows, rollingWindow: 1);

        Assert.That(all, Has.Count.EqualTo(1));
        Assert.That(all[0].Mae, Is.EqualTo(5.5).Within(1e-12));
        Assert.That(all[0].Mdape, Is.EqualTo(0.55).Within(1e-12));
        Assert.That(
            PerformanceMetrics.Of(rows, rollingWindow: 0).Select(p => p.Mae),
            Is.EqualTo(Enumerable.Range(1, 10).Select(i => (double)i)).Within(1e-12));
    }

    [Test]
    public void Cutoffs_and_forecasts_are_the_references()
    {
        var reference = Reference();
        var history = new ProphetFrame { Ds = Times(reference, "ds"), Y = Doubles(reference["y"]!) };
        var cutoffs = CrossValidation.Cutoffs(history.Ds, 60 * _day, 7 * _day, 14 * _day);
        var rows = CrossValidation.Run(new ProphetSettings { Growth = Growth.Flat, WeeklySeasonality = 3 }, history, cutoffs, 14 * _day);

        Assert.That(cutoffs, Is.EqualTo(Times(reference, "cutoffs")));
        Assert.That(rows.Select(r => r.Ds), Is.EqualTo(Times(reference["rows"]!, "ds")));
        Assert.That(rows.Select(r => r.Yhat), Is.EqualTo(Doubles(reference["rows"]!["yhat"]!)).Within(0.01), "y spans 11 units");
    }

    [TestCase("tenth", 0.1)]
    [TestCase("none", 0)]
    [TestCase("half", 0.5)]
    [TestCase("all", 1)]
    public void Metrics_of_the_references_forecasts_are_its_own_with_every_window(string name, double window)
    {
        var reference = Reference();
        var table = reference["rows"]!;
        var (cutoffs, times) = (Times(table, "cutoff"), Times(table, "ds"));
        var (y, yhat, lower, upper) = (
            Doubles(table["y"]!), Doubles(table["yhat"]!), Doubles(table["yhat_lower"]!), Doubles(table["yhat_upper"]!));
        var performance = PerformanceMetrics.Of(
            [.. y.Select((v, i) => new CrossValidationRow(cutoffs[i], times[i], v, yhat[i], lower[i], upper[i]))], window);

        var expected = reference["performance"]![name]!;
        Assert.That(performance.Select(p => p.Horizon.TotalDays), Is.EqualTo(Doubles(expected["horizon"]!)));
        Assert.That(performance.Select(p => p.Mse), Is.EqualTo(Doubles(expected["mse"]!)).Within(1e-9));
        Assert.That(performance.Select(p => p.Rmse), Is.EqualTo(Doubles(expected["rmse"]!)).Within(1e-9));
        Assert.That(performance.Select(p => p.Mae), Is.EqualTo(Doubles(expected["mae"]!)).Within(1e-9));
        Assert.That(performance.Select(p => p.Mape), Is.EqualTo(Doubles(expected["mape"]!)).Within(1e-9));
        Assert.That(performance.Select(p => p.Mdape), Is.EqualTo(Doubles(expected["mdape"]!)).Within(1e-9));
        Assert.That(performance.Select(p => p.Smape), Is.EqualTo(Doubles(expected["smape"]!)).Within(1e-9));
        Assert.That(performance.Select(p => p.Coverage), Is.EqualTo(Doubles(expected["coverage"]!)).Within(1e-9));
    }

    private static JsonNode Reference() =>
        JsonNode.Parse(
            File.ReadAllText(Path.Combine(TestContext.CurrentContext.TestDirectory, "Golden", "prophet", "cross_validation.json")))!;

    private static double[] Doubles(JsonNode values) => [.. values.AsArray().Select(v => (double)v!)];

    private static DateTime[] Times(JsonNode table, string name) =>
        [.. table[name]!.AsArray().Select(v => DateTime.Parse((string)v!, CultureInfo.InvariantCulture))];

    private static ProphetFrame Until(ProphetFrame history, DateTime cutoff)
    {
        var rows = Enumerable.Range(0, history.Rows).Where(i => history.Ds[i] <= cutoff).ToArray();
        return new ProphetFrame { Ds = [.. rows.Select(i => history.Ds[i])], Y = [.. rows.Select(i => history.Y![i])] };
    }
}
