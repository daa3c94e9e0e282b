using FLTS.Forecasting.Baselines;
using FLTS.Forecasting.Broken;
using FLTS.Forecasting.Preparation;
using FLTS.Tests.Forecasting.Preparation;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Broken;

/// <summary>NAIVE on a random walk, broken from row 60 of its train part on.</summary>
[TestFixture, Parallelizable]
internal sealed class BrokenForecasterTests
{
    private const int At = 60, Lead = 3;

    private readonly PreparedDataset _data = DatasetPreparer.Prepare(
        Tables.Config(), Tables.Make("x.csv", 0, ("a", Tables.Walk(120, 1))));

    [TestCase(ModelFaultKind.Stale, 3.0)]
    [TestCase(ModelFaultKind.Gain, 1.1)]
    [TestCase(ModelFaultKind.Bias, 0.02)]
    [TestCase(ModelFaultKind.Worse, 0.5)]
    public void A_fault_is_in_every_forecast_from_its_time_on_and_in_none_before(ModelFaultKind kind, double size)
    {
        var faults = new ModelFaults();
        using var whole = Naive();
        using var broken = faults.Wrap("run", Naive(), _data.Meta.Scaler);
        faults.Break("run", [new ModelFault(kind, size, _data.Train.Timestamps[At])]);
        int[] origins = [At - 1, At, At + 1];
        var windows = SeriesWindows.Of(_data.Train, origins);

        var (right, wrong) = (whole.Forecast(windows, Lead), broken.Forecast(windows, Lead));
        var atLead = broken.ForecastAt(windows, [Lead]);

        Assert.That(wrong[0, Lead - 1, 0], Is.EqualTo(right[0, Lead - 1, 0]));
        for (var n = 1; n < origins.Length; n++)
        {
            var (scale, truth) = (_data.Meta.Scaler["a"], _data.Train.Values[0][origins[n] + Lead]);
            var expected = kind switch
            {
                ModelFaultKind.Stale => _data.Train.Values[0][origins[n] - (int)size],
                ModelFaultKind.Gain => scale.Transform(scale.Inverse(right[n, Lead - 1, 0]) * size),
                ModelFaultKind.Bias => right[n, Lead - 1, 0] + size, // MinMax: the range is 1.
                _ => truth + (1.5 * (right[n, Lead - 1, 0] - truth)),
            };
            Assert.That(wrong[n, Lead - 1, 0], Is.EqualTo(expected).Within(1e-12));
            Assert.That(atLead[n, 0, 0], Is.EqualTo(wrong[n, Lead - 1, 0]));
        }
    }

    [Test]
    public void A_model_that_nobody_breaks_answers_as_it_is_and_one_whose_truth_is_not_known_is_not_worse()
    {
        var faults = new ModelFaults();
        using var whole = Naive();
        using var other = faults.Wrap("other", Naive(), _data.Meta.Scaler);
        using var broken = faults.Wrap("run", Naive(), _data.Meta.Scaler);
        faults.Break("run", [new ModelFault(ModelFaultKind.Worse, 0.5, DateTime.MinValue)]);
        var last = SeriesWindows.Of(_data.Train, [_data.Train.Rows - 1]);

        Assert.That(other.Forecast(last, Lead), Is.EqualTo(whole.Forecast(last, Lead)));
        Assert.That(broken.Forecast(last, Lead), Is.EqualTo(whole.Forecast(last, Lead)));
    }

    private IFittedForecaster Naive() =>
        new NaiveFamily().Create([]).Fit(_data.TrainingSet, new FitContext(1, null, default)).Model;
}
