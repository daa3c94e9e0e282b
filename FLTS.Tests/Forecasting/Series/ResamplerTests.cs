using FLTS.Forecasting.Series;
using FLTS.Forecasting.Series.Grid;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Series;

[Parallelizable]
public class ResamplerTests
{
    private static readonly DateTime _start = new(2024, 1, 1);

    [TestCase(ResampleHow.Mean, 2)]
    [TestCase(ResampleHow.Sum, 6)]
    [TestCase(ResampleHow.Last, 3)]
    [TestCase(ResampleHow.Max, 3)]
    public void A_step_is_made_of_the_rows_in_it_whatever_their_order(ResampleHow how, double expected)
    {
        (int Minute, double Value)[] rows = [(17, 9), (2, 2), (14, 3), (0, 1), (11, double.NaN), (16, 4), (29, 5)];
        var frame = Frame(rows, how, "00:15:00");
        Assert.That(frame.Timestamps, Is.EqualTo(new[] { _start, _start.AddMinutes(15) }));
        Assert.That(frame.Values[0][0], Is.EqualTo(expected));
        Assert.That((frame.Step.Duration, frame.Report.RowsRead), Is.EqualTo((TimeSpan.FromMinutes(15), 7)));
    }

    [Test]
    public void Rows_at_any_times_become_regular_and_the_refusal_of_them_offers_that()
    {
        var random = new Random(3);
        var minute = 0;
        (int, double)[] rows = [.. Enumerable.Range(0, 500).Select(i => (minute += random.Next(1, 12), (double)i))];
        Assert.That(
            () => SeriesFrame.From(TimeTables.At([.. rows.Select(r => _start.AddMinutes(r.Item1))]), 30),
            Throws.TypeOf<InvalidInputException>()
                .With.Message.Match(
                    @"only \d+\.\d% of the steps .* the option resample, such as \{""step"": ""00:\d\d:00"", ""how"": ""mean""\}"));
        var frame = Frame(rows, ResampleHow.Mean, "01:00:00");
        Assert.That((frame.Report.RegularShare, frame.Report.Segments), Is.EqualTo((1.0, 1)));
        Assert.That(frame.Rows, Is.EqualTo(minute / 60));
    }

    [Test]
    public void The_last_step_is_left_out_while_rows_of_it_are_to_come()
    {
        (int, double)[] rows = [.. Enumerable.Range(0, 24).Select(i => (5 * i, 1.0))];
        Assert.That(Frame(rows, ResampleHow.Sum, "00:15:00").Values[0], Is.EqualTo(Enumerable.Repeat(3.0, 8)));
        Assert.That(Frame(rows[..^1], ResampleHow.Sum, "00:15:00").Values[0], Is.EqualTo(Enumerable.Repeat(3.0, 7)));
    }

    [Test]
    public void Days_become_months()
    {
        (int, double)[] rows = [.. Enumerable.Range(0, 366).Select(i => (1440 * i, 1.0))];
        var frame = Frame(rows, ResampleHow.Sum, "month");
        Assert.That(frame.Values[0], Is.EqualTo(new double[] { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }));
        Assert.That(frame.Step.Calendar, Is.EqualTo("month"));
    }

    private static SeriesFrame Frame((int Minute, double Value)[] rows, ResampleHow how, string step) => SeriesFrame.From(
        new RawTable
        {
            Name = "x.csv",
            TimestampColumn = "time",
            Timestamps = [.. rows.Select(r => _start.AddMinutes(r.Minute))],
            Columns = ["a"],
            Header = ["a"],
            Values = [[.. rows.Select(r => r.Value)]],
            Resampling = new Resampling(step, how),
        },
        30);
}
