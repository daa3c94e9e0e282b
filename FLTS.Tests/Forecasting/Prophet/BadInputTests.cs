using FLTS.Forecasting.Prophet.Fit;
using FLTS.Forecasting.Prophet.Predict;
using FLTS.Forecasting.Prophet.Settings;
using FLTS.Forecasting.Prophet.Validation;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Prophet;

[TestFixture, Parallelizable]
internal sealed class BadInputTests
{
    private static readonly DateTime[] _days = [.. Enumerable.Range(0, 100).Select(i => new DateTime(2026, 1, 1).AddDays(i))];
    private static readonly double[] _y = [.. Enumerable.Range(0, 100).Select(i => 10 + Math.Sin(i))];

    private static readonly TestCaseData[] _faults =
    [
        Fault("NaN in ds", "ds of row 1", () => ProphetFrame.TimesFromUnixSeconds([0, double.NaN])),
        Fault("missing ds", "ds of row 3 is missing", () => Fit(new ProphetSettings(), ds: [.. _days[..3], default, .. _days[4..]])),
        Fault("all y missing", "0 observed of 100", () => Fit(new ProphetSettings(), y: [.. _y.Select(_ => double.NaN)])),
        Fault("one row", "needs at least 2", () => Fit(new ProphetSettings(), y: [1, .. _y.Skip(1).Select(_ => double.NaN)])),
        Fault("no rows", "0 observed of 0", () => Fit(new ProphetSettings(), ds: [], y: [])),
        Fault("infinite y", "row 5 is infinite", () => Fit(new ProphetSettings(), y: [.. _y[..5], double.PositiveInfinity, .. _y[6..]])),
        Fault("one time", "same ds", () => Fit(new ProphetSettings(), ds: [.. _days.Select(_ => _days[0])])),
        Fault("cap below floor", "cap of row 0 is 1, not above its floor 2", () => ProphetFitter.Fit(
            new ProphetSettings { Growth = Growth.Logistic },
            new ProphetFrame { Ds = _days, Y = _y, Cap = All(1), Floor = All(2) })),
        Fault("no cap", "needs a cap", () => Fit(new ProphetSettings { Growth = Growth.Logistic })),
        Fault("infinite regressor", "regressor 'rain' of row 7", () => ProphetFitter.Fit(
            new ProphetSettings { Regressors = [new Regressor("rain")] },
            new ProphetFrame
            {
                Ds = _days,
                Y = _y,
                Regressors = new Dictionary<string, double[]> { ["rain"] = [.. _y[..7], double.NegativeInfinity, .. _y[8..]] },
            })),
        Fault("NaN in a regressor", "regressor 'rain' of row 2 is NaN", () => ProphetFitter.Fit(
            new ProphetSettings { Regressors = [new Regressor("rain")] },
            new ProphetFrame
            {
                Ds = _days,
                Y = _y,
                Regressors = new Dictionary<string, double[]> { ["rain"] = [.. _y[..2], double.NaN, .. _y[3..]] },
            })),
        Fault("no regressor", "regressor 'rain'", () => Fit(new ProphetSettings { Regressors = [new Regressor("rain")] })),
        Fault("unknown future holiday", "carnival", () => ProphetFitter.Fit(new ProphetSettings(), new ProphetFrame { Ds = _days, Y = _y })
            .Predict(new ProphetFrame { Ds = _days }, [new Holiday("carnival", new DateOnly(2026, 2, 17))])),
        Fault("changepoint outside", "outside the history", () => Fit(new ProphetSettings { Changepoints = [new DateTime(2030, 1, 1)] })),
        Fault("negative prior", "changepoint_prior_scale is -1", () => Fit(new ProphetSettings { ChangepointPriorScale = -1 })),
        Fault("horizon too long", "Choose shorter ones", () =>
            CrossValidation.Cutoffs(_days, TimeSpan.FromDays(90), TimeSpan.FromDays(1), TimeSpan.FromDays(30))),
    ];

    [TestCaseSource(nameof(_faults))]
    public void It_is_refused_with_a_sentence(string expected, Func<object> act) =>
        Assert.That(() => act(), Throws.TypeOf<InvalidInputException>().With.Message.Contains(expected));

    [Test]
    public void A_constant_history_needs_no_optimisation_and_is_forecast_as_it_is()
    {
        var model = Fit(new ProphetSettings(), y: All(5));

        Assert.That(model.PredictPoint(new ProphetFrame { Ds = [_days[^1].AddDays(30)] }), Is.EqualTo(new[] { 5.0 }).Within(1e-9));
        Assert.That(model.Report.Iterations, Is.Zero);
    }

    private static TestCaseData Fault(string name, string expected, Func<object> act) =>
        new TestCaseData(expected, act).SetArgDisplayNames(name);

    private static ProphetModel Fit(ProphetSettings settings, DateTime[]? ds = null, double[]? y = null) =>
        ProphetFitter.Fit(settings, new ProphetFrame { Ds = ds ?? _days, Y = y ?? _y });

    private static double[] All(double value) => [.. Enumerable.Repeat(value, 100)];
}
