using System.Text.Json.Nodes;
using FLTS.Forecasting.Features;
using FLTS.Forecasting.Series;
using FLTS.Tests.Forecasting.Recurrent;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Models;

/// <summary>What a train part of days cannot teach of the year is not carried on beyond it.</summary>
[Parallelizable]
public class UntoldCalendarTests
{
    private const int Day = 96, Trained = 10 * Day;

    [TestCase("AR", "{}")]
    [TestCase("AR", """{"lead_mode": "recursive"}""")]
    [TestCase("AR_SEASONAL", "{}")]
    [TestCase("GRU", """{"lead_mode": "direct", "num_layers": 1}""")]
    [TestCase("LSTM", """{"lead_mode": "recursive", "num_layers": 1}""")]
    public void A_model_of_ten_days_answers_the_same_a_quarter_later_and_not_at_another_hour(string type, string parameters)
    {
        var family = ForecasterCatalog.Get(type);
        var settings = type is "GRU" or "LSTM" ? Toy.Small(parameters) : JsonNode.Parse(parameters)!.AsObject();
        var train = Series(TimeSpan.Zero);
        using var model = family.Create(family.Normalise(settings))
            .Fit(new TrainingSet(train, Trained * 4 / 5), new FitContext(1, null, CancellationToken.None)).Model;

        var now = Answer(model, TimeSpan.Zero);

        Assert.That(Answer(model, TimeSpan.FromDays(13 * 7)), Is.EqualTo(now));
        Assert.That(Answer(model, TimeSpan.FromHours(6)), Is.Not.EqualTo(now));
    }

    [TestCase("min_of_day_cos", 0.9, false)]
    [TestCase("min_of_day_cos", 1, true)]
    [TestCase("day_of_week_sin", 6, false)]
    [TestCase("day_of_week_sin", 7, true)]
    [TestCase("day_of_year_sin", 365, false)]
    [TestCase("day_of_year_sin", 366, true)]
    [TestCase("load", 0, true)]
    public void Rows_tell_of_a_calendar_feature_when_they_span_its_period(string column, double days, bool isTold) => Assert.That(
        CalendarFeatures.IsToldBy(column, [new DateTime(2024, 3, 4), new DateTime(2024, 3, 4).AddDays(days)]), Is.EqualTo(isTold));

    private static double[] Answer(IFittedForecaster model, TimeSpan later)
    {
        var history = Series(later);
        return [.. model.Forecast(SeriesWindows.Of(history, [history.Rows - 1]), 12).Cast<double>()];
    }

    /// <summary>Ten days that fall from day to day, with the whole calendar beside them.</summary>
    private static PreparedSeries Series(TimeSpan later)
    {
        var random = new Random(7);
        var times = Enumerable.Range(0, Trained).Select(t => new DateTime(2024, 3, 4).AddMinutes(15 * t) + later).ToArray();
        double[] load = [.. Enumerable.Range(0, Trained)
            .Select(t => 0.5 + (0.3 * Math.Sin(2 * Math.PI * t / Day)) - (0.2 * t / Trained) + (0.05 * random.NextDouble()))];
        string[] columns = ["load", .. CalendarFeatures.Names];
        return new PreparedSeries
        {
            Timestamps = times,
            Segments = new int[Trained],
            Step = TimeSpan.FromMinutes(15),
            Columns = columns,
            Values = [load, .. CalendarFeatures.Names.Select(name => times.Select(t => CalendarFeatures.Value(name, t)).ToArray())],
            Observed = [.. columns.Select(_ => Enumerable.Repeat(true, Trained).ToArray())],
            Targets = ["load"],
        };
    }
}
