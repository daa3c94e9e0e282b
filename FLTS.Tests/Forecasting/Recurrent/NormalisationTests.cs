using FLTS.Forecasting.Recurrent.Net;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Recurrent;

public sealed class NormalisationTests
{
    [Test]
    public void Calendar_columns_are_not_standardised()
    {
        // In a short train part the day of the year is a trend: standardised, the rows to come would lie far outside what was seen.
        var series = Toy.Series();

        var norm = Normalisation.Of(series, new RowSpan(0, series.Rows), TargetMode.Residual, standardise: true);

        var calendar = series.IndexOf("min_of_day_sin");
        Assert.That((norm.Inputs[calendar].Mean, norm.Inputs[calendar].Scale), Is.EqualTo((0.0, 1.0)));
        Assert.That(norm.Inputs[series.IndexOf("a")].Scale, Is.Not.EqualTo(1.0));
    }

    [TestCase(TargetMode.Level)]
    [TestCase(TargetMode.Residual)]
    public void Logarithms_are_of_original_units_and_undone_on_output(TargetMode mode)
    {
        var series = Toy.Series(lag: true);

        var norm = Normalisation.Of(series, new RowSpan(0, 300), mode, standardise: true, Toy.Scaler(series));

        var (a, lag, b) = (norm.Inputs[series.IndexOf("a")], norm.Inputs[series.IndexOf("a_lag_2")], norm.Inputs[series.IndexOf("b")]);
        var value = series.Values[0][17];
        Assert.That(a.Encode(value), Is.EqualTo((Math.Log(1 + (2000 * value)) - a.Mean) / a.Scale).Within(1e-12));
        Assert.That(
            (lag.IsLog, b.IsLog), Is.EqualTo((true, false)), "a lag is as its source; a column with negative values stays as it is");
        Assert.That(Enumerable.Range(0, 300).Average(t => a.Encode(series.Values[0][t])), Is.Zero.Within(1e-9));
        var last = mode == TargetMode.Residual ? norm.Targets[0].Encode(series.Values[0][16]) : 0;
        Assert.That(norm.Decode(0, (float)(norm.Targets[0].Encode(value) - last), series.Values[0][16]), Is.EqualTo(value).Within(1e-6));
    }

    [TestCase(0.0)]
    [TestCase(1e-9)]
    [TestCase(3.7e-5)]
    [TestCase(0.4)]
    [TestCase(1.9e9)]
    public void What_is_encoded_decodes_to_itself(double value)
    {
        var code = new ColumnCode(0.3, 1.7, Center: 0, Unit: 1);

        Assert.That(code.Decode(code.Encode(value)), Is.EqualTo(value).Within(1e-13 + (1e-13 * value)));
        Assert.That(code.DecodeChange(0, value), Is.EqualTo(value).Within(1e-13 + (1e-13 * value)));
        Assert.That(
            new ColumnCode(0, 1, 0, 1).Encode(value),
            Is.EqualTo(value).Within(value * Math.Max(value, 1e-15)),
            "next to 0, log(1 + x) is x");
    }

    [Test]
    public void What_lies_below_0_in_original_units_counts_as_0()
    {
        var code = new ColumnCode(0, 1, Center: 100, Unit: 50);

        Assert.That(code.Encode(-3), Is.Zero);
        Assert.That(code.Decode(-1), Is.EqualTo(-2), "0 in original units");
    }
}
