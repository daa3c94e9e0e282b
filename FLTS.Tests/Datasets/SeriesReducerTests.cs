using FLTS.Modules.Datasets.Reduced;
using NUnit.Framework;

namespace FLTS.Tests.Datasets;

[TestFixture, Parallelizable]
internal sealed class SeriesReducerTests
{
    private static readonly DateTime _start = new(2026, 1, 5);

    [Test]
    public void A_span_with_room_for_every_row_is_its_rows()
    {
        var series = Series([1, double.NaN, 3, 4]);

        var reduction = SeriesReducer.Reduce(series, DateTime.MinValue, DateTime.MaxValue, 4);

        Assert.That((reduction.Rows, reduction.Width), Is.EqualTo((4, (TimeSpan?)null)));
        Assert.That(reduction.Of(series.Values[0], "down", null).Values, Is.EqualTo(new double?[] { 1, null, 3, 4 }));
    }

    [Test]
    public void Where_there_are_more_rows_each_bucket_tells_least_greatest_first_and_last()
    {
        var series = Series([5, 9, 1, 7, 2, 2, double.NaN, 8, 3, double.NaN]);

        var reduction = SeriesReducer.Reduce(series, DateTime.MinValue, DateTime.MaxValue, 3);
        var column = reduction.Of(series.Values[0], "down", "bit/s");

        Assert.That(reduction.Width, Is.EqualTo(TimeSpan.FromMinutes(4)));
        Assert.That(reduction.Buckets.Select(b => b.Start), Is.EqualTo(new[] { 0, 4, 8 }.Select(m => _start.AddMinutes(m))));
        Assert.That(column.Min, Is.EqualTo(new double?[] { 1, 2, 3 }));
        Assert.That(column.Max, Is.EqualTo(new double?[] { 9, 8, 3 }));
        Assert.That(column.First, Is.EqualTo(new double?[] { 5, 2, 3 }));
        Assert.That(column.Last, Is.EqualTo(new double?[] { 7, 8, 3 }));
        Assert.That((column.Values, column.Unit), Is.EqualTo(((double?[]?)null, "bit/s")));
    }

    [Test]
    public void A_long_gap_stays_one_in_both_forms()
    {
        var times = new[] { 0, 1, 2, 100, 101, 102 }.Select(m => _start.AddMinutes(m)).ToArray();
        var series = new KeptSeries(times, [0, 0, 0, 1, 1, 1], TimeSpan.FromMinutes(1), ["down"], [[1, 2, 3, 4, 5, 6]]);

        var rows = SeriesReducer.Reduce(series, DateTime.MinValue, DateTime.MaxValue, 7);
        var buckets = SeriesReducer.Reduce(series, DateTime.MinValue, DateTime.MaxValue, 5);

        Assert.That(rows.Of(series.Values[0], "down", null).Values, Is.EqualTo(new double?[] { 1, 2, 3, null, 4, 5, 6 }));
        Assert.That(buckets.Of(series.Values[0], "down", null).Max, Is.EqualTo(new double?[] { 3, null, null, null, 6 }));
    }

    [TestCase(0, 9, 10)]
    [TestCase(3, 5, 3)]
    [TestCase(-50, 2, 3)]
    [TestCase(20, 30, 0)]
    [TestCase(-9, -1, 0)]
    public void Both_ends_of_a_span_are_within_it(int from, int to, int rows)
    {
        var series = Series([.. Enumerable.Range(0, 10).Select(i => (double)i)]);

        var reduction = SeriesReducer.Reduce(series, _start.AddMinutes(from), _start.AddMinutes(to), 100);

        Assert.That((reduction.Rows, reduction.Buckets.Count), Is.EqualTo((rows, rows)));
    }

    [Test]
    public void Reduced_or_not_no_answer_has_more_points_than_asked_for_and_none_loses_the_extremes(
        [Values(2, 7, 100, 999, 1000)] int points, [Values(1000, 1001, 4999)] int rows)
    {
        var random = new Random(3);
        var series = Series([.. Enumerable.Range(0, rows).Select(_ => random.NextDouble())]);

        var column = SeriesReducer.Reduce(series, DateTime.MinValue, DateTime.MaxValue, points).Of(series.Values[0], "down", null);

        Assert.That((column.Values ?? column.Max)!, Has.Length.InRange(1, points));
        Assert.That((column.Values ?? column.Max)!.Max(), Is.EqualTo(series.Values[0].Max()));
        Assert.That((column.Values ?? column.Min)!.Min(), Is.EqualTo(series.Values[0].Min()));
    }

    private static KeptSeries Series(double[] values) => new(
        [.. Enumerable.Range(0, values.Length).Select(i => _start.AddMinutes(i))],
        new int[values.Length],
        TimeSpan.FromMinutes(1),
        ["down"],
        [values]);
}
