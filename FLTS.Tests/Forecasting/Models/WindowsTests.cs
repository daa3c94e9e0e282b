using FLTS.Forecasting.Series;
using FLTS.Tests.Forecasting.Recurrent;
using FLTS.Tests.Forecasting.Trees;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Models;

[TestFixture, Parallelizable]
internal sealed class WindowsTests
{
    private const int Steps = 5;

    [TestCase("GRU")]
    [TestCase("LSTM")]
    [TestCase("LIGHTGBM")]
    [TestCase("PROPHET")]
    [TestCase("AR")]
    [TestCase("EWMA")]
    [TestCase("NAIVE")]
    [TestCase("SEASONAL_NAIVE")]
    public void Windows_of_several_series_are_forecast_as_each_series_alone_to_the_last_bit(string type)
    {
        using var model = Fit(type);
        PreparedSeries[] series = [Toy.Series(200, seed: 2), Toy.Series(150, seed: 3), Toy.Series(120, seed: 4)];
        int[][] origins = [[60, 199, 100], [149, 70], [119]];

        // Taken in turns, so that no two neighbours are of one series.
        Window[] mixed =
        [
            new(series[0], 60), new(series[1], 149), new(series[2], 119), new(series[0], 199), new(series[1], 70), new(series[0], 100),
        ];
        var together = model.Forecast(mixed, Steps);

        for (var s = 0; s < series.Length; s++)
        {
            var alone = model.Forecast(SeriesWindows.Of(series[s], origins[s]), Steps);
            var places = Enumerable.Range(0, mixed.Length).Where(n => mixed[n].Series == series[s]).ToArray();
            for (var i = 0; i < places.Length; i++)
                Assert.That(Row(together, places[i]), Is.EqualTo(Row(alone, i)), $"series {s}, origin {origins[s][i]}");
        }
    }

    [TestCase("NAIVE")]
    [TestCase("AR")]
    [TestCase("PROPHET")]
    public void Without_windows_there_is_nothing_and_without_steps_a_fault(string type)
    {
        using var model = Fit(type);

        Assert.That(model.Forecast([], 2), Is.Empty);
        Assert.That(() => model.Forecast(SeriesWindows.Of(Toy.Series(), [100]), 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void A_model_that_knows_no_holidays_refuses_those_that_are_given()
    {
        using var model = Fit("AR");
        var window = new Window(Toy.Series(), 100, [new ComingHoliday("feast", new DateOnly(2024, 1, 3))]);

        Assert.That(() => model.Forecast([window], 1), Throws.TypeOf<InvalidInputException>().With.Message.Contains("knows no holidays"));
        Assert.That(model.Forecast([window with { Holidays = null }], 1), Is.EqualTo(model.Forecast([new Window(window.Series, 100)], 1)));
    }

    [TestCase(9, 10, true)]
    [TestCase(8, 10, false)]
    [TestCase(159, 10, true)]
    [TestCase(158, 10, false)]
    [TestCase(299, 10, true)]
    [TestCase(300, 10, false)]
    [TestCase(-1, 1, false)]
    public void A_window_has_the_rows_that_lie_before_its_origin_without_a_gap(int origin, int rows, bool has) =>
        Assert.That(new Window(Toy.Series(border: 150), origin).HasRows(rows), Is.EqualTo(has));

    private static double[] Row(double[,,] forecast, int n) =>
        [.. from h in Enumerable.Range(0, forecast.GetLength(1))
            from m in Enumerable.Range(0, forecast.GetLength(2))
            select forecast[n, h, m]];

    private static IFittedForecaster Fit(string type)
    {
        if (type == "LIGHTGBM")
            return Small.Fit().Model;
        var (family, series) = (ForecasterCatalog.Get(type), Toy.Series());
        var parameters = family.Normalise(type is "GRU" or "LSTM" ? Toy.Small() : null);
        return family.Create(parameters).Fit(new TrainingSet(series, 240, Toy.Scaler(series)), Toy.Context).Model;
    }
}
