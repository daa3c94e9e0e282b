using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Scaling;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Preparation;

/// <summary>What is odd about the rows that a forecast starts from is said with the forecast.</summary>
[Parallelizable]
public class ServingRemarksTests
{
    private static readonly ColumnScale _load = new("load", Center: 10, Scale: 20, Min: 10, Max: 30, MeanAbsoluteStep: null, LastSeen: 20);

    [TestCase(23, "23 of the 24 newest values of 'load' are missing: each is the last one seen.")]
    [TestCase(7, "7 of the 24 newest values of 'load' are missing: each is the last one seen.")]
    [TestCase(6, null, Description = "a quarter")]
    public void Many_missing_values_are_told(int missing, string? told)
    {
        double[] values = [.. Enumerable.Range(0, 24).Select(i => i > 0 && i <= missing ? double.NaN : 20)];
        string[] expected = told is null ? [] : [told];
        Assert.That(ServingRemarks.Of(_load, values, isTarget: true), Is.EqualTo(expected));
    }

    [TestCase(0.0)]
    [TestCase(1e-11)]
    public void A_column_that_was_flat_in_train_and_lives_now_is_told(double constant)
    {
        var flat = _load with { Center = constant, Scale = 1, Min = constant, Max = constant };
        double[] lives = [constant, (2 * constant) + 3e-11, constant];

        Assert.That(ServingRemarks.Of(flat, lives, isTarget: true).Single(), Does.StartWith("'load' was ").And.Contain(" train again "));
        Assert.That(ServingRemarks.Of(flat, [constant, constant, double.NaN, constant], isTarget: true), Is.Empty);
        Assert.That(ServingRemarks.Of(flat, lives, isTarget: false), Is.Empty, "it is not forecast");
        Assert.That(ServingRemarks.Of(_load, [99, 0], isTarget: true), Is.Empty, "it was not flat");
    }
}
