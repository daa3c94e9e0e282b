using FLTS.Modules.Forecasting;
using FLTS.Modules.Forecasting.Recurrent;
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
        Assert.That((norm.InputMean[calendar], norm.InputScale[calendar]), Is.EqualTo((0.0, 1.0)));
        Assert.That(norm.InputScale[series.IndexOf("a")], Is.Not.EqualTo(1.0));
    }
}
