using FLTS.Forecasting.Profiling;
using FLTS.Forecasting.Series.Grid;
using FLTS.Tests.Forecasting.Preparation;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Profiling;

[TestFixture, Parallelizable]
internal sealed class ShapesTests
{
    [Test]
    public void An_envelope_holds_least_middle_and_greatest_of_each_stretch()
    {
        var frame = SeriesFrame.From(
            Tables.Make("x.csv", 0, ("a", [5, 1, 3, double.NaN, double.NaN, double.NaN, 7, 8, double.NaN, 2, 2, 2])), 30);
        var envelope = Envelope.Of(frame, 0, 4);
        Assert.That(envelope.Low, Is.EqualTo(new[] { 1, double.NaN, 7, 2 }));
        Assert.That(envelope.Median, Is.EqualTo(new[] { 3, double.NaN, 7.5, 2 }));
        Assert.That(envelope.High, Is.EqualTo(new[] { 5, double.NaN, 8, 2 }));
    }

    [Test]
    public void With_fewer_rows_than_stretches_each_row_is_one()
    {
        var frame = SeriesFrame.From(Tables.Make("x.csv", 0, ("a", Tables.Walk(50, 1))), 30);
        var envelope = Envelope.Of(frame, 0, 1000);
        Assert.That(envelope.Median, Is.EqualTo(frame.Values[0]));
        Assert.That(envelope.Low, Is.EqualTo(envelope.High));
    }

    [Test]
    public void An_even_column_is_distributed_over_its_whole_range()
    {
        var distribution = Distribution.Of([.. Enumerable.Range(0, 100).Select(i => (double)i), double.NaN], 10);
        Assert.That(
            (distribution.IsLogarithmic, distribution.Beyond, distribution.Edges[0], distribution.Edges[^1]),
            Is.EqualTo((false, 0.0, 0.0, 99.0)));
        Assert.That(distribution.Shares([.. Enumerable.Range(0, 100).Select(i => (double)i)]), Is.All.EqualTo(0.1).Within(1e-12));
    }

    [Test]
    public void A_far_tail_is_left_out_and_counted()
    {
        double[] values = [.. Enumerable.Range(0, 9999).Select(i => i % 100.0), 1e6];
        var distribution = Distribution.Of(values, 10);
        Assert.That((distribution.IsLogarithmic, distribution.Beyond), Is.EqualTo((false, 0.0001)));
        Assert.That(distribution.Edges[^1], Is.EqualTo(99));
        Assert.That(distribution.Shares(values).Sum(), Is.EqualTo(0.9999).Within(1e-12));
    }

    [Test]
    public void A_skewed_column_is_distributed_by_its_logarithm_and_its_zeros_are_counted()
    {
        double[] values = [0, 0, .. Enumerable.Range(0, 998).Select(i => Math.Pow(10, i / 166.0))];
        var distribution = Distribution.Of([.. values, .. Enumerable.Repeat(1.0, 400)], 6);
        Assert.That(distribution.IsLogarithmic, Is.True);
        Assert.That(distribution.Beyond, Is.EqualTo(2 / 1400.0));
        Assert.That((distribution.Edges[0], distribution.Edges[^1]), Is.EqualTo((0.0, 997 / 166.0)).Within(1e-9));
    }

    [TestCase(new[] { 4.0, 4, 4 })]
    [TestCase(new[] { -1e100, 1e100 })]
    [TestCase(new[] { 0.0, 1e-300, 1e100 })]
    [TestCase(new[] { 5e-324, 0, 1e-323 })]
    [TestCase(new[] { 0.0, 0, 0, 0, 1 })]
    public void Any_column_gets_edges_that_rise_and_shares_that_are_at_most_all(double[] values)
    {
        var distribution = Distribution.Of(values, 60);
        Assert.That(distribution.Edges, Is.Ordered.Ascending.And.Unique);
        Assert.That(distribution.Edges, Is.All.Matches<double>(double.IsFinite));
        Assert.That(distribution.Shares(values).Sum(), Is.EqualTo(1 - distribution.Beyond).Within(1e-12));
    }
}
