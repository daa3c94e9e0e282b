using FLTS.Forecasting.Recurrent.Kernels;
using FLTS.Forecasting.Recurrent.Net;
using FLTS.Forecasting.Recurrent.Training;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using static TorchSharp.torch;

namespace FLTS.Tests.Forecasting.Recurrent;

public sealed class WindowTableTests
{
    [Test]
    public void No_window_crosses_a_border_and_targets_stay_in_their_part()
    {
        var series = Toy.Series(60, border: 30);

        Assert.That(
            WindowTable.Origins(series, new RowSpan(0, 45), 10, 2),
            Is.EqualTo(Enumerable.Range(9, 19).Concat(Enumerable.Range(39, 4)).Select(o => (long)o)));
        Assert.That(
            WindowTable.Origins(series, new RowSpan(45, 60), 10, 2),
            Is.EqualTo(Enumerable.Range(44, 14).Select(o => (long)o)),
            "the first validation target is row 45");
    }

    [Test]
    public void Wherever_borders_are_no_window_crosses_one() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            var series = Toy.Series(120);
            for (var t = 1; t < series.Rows; t++)
                series.Segments[t] = series.Segments[t - 1] + (random.Next(12) == 0 ? 1 : 0);
            var (input, horizon) = (random.Next(1, 8), random.Next(1, 4));
            var expected = Enumerable.Range(0, series.Rows)
                .Where(o =>
                    o - input + 1 >= 0 && o + horizon < series.Rows && series.Segments[o - input + 1] == series.Segments[o + horizon]);
            return WindowTable.Origins(series, new RowSpan(0, series.Rows), input, horizon).SequenceEqual(expected.Select(o => (long)o));
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Filled_and_flat_cells_do_not_count()
    {
        var series = Toy.Series(40);
        series.Observed[0][20] = false;
        var norm = Normalisation.Of(series, new RowSpan(0, 40), TargetMode.Residual, true);
        using var windows = new WindowTable(series, norm, 5, 1);
        using var scope = NewDisposeScope();
        var batch = windows.Batch(tensor(new long[] { 19, 20 }));

        Assert.That(batch.Mask.data<float>().ToArray(), Is.EqualTo(new float[] { 0, 1, 1, 1 }));
        series.Observed[1][20] = false;
        Assert.That(
            WindowTable.Origins(series, new RowSpan(0, 40), 5, 1),
            Has.No.Member(19L).And.Member(18L),
            "a window without a cell that counts is left out");
    }

    [Test]
    public void A_batch_holds_the_rows_before_and_behind_its_origins()
    {
        var series = Toy.Series(40);
        var norm = Normalisation.Of(series, new RowSpan(0, 40), TargetMode.Residual, true);
        using var windows = new WindowTable(series, norm, 5, 2);
        using var scope = NewDisposeScope();
        var batch = windows.Batch(tensor(new long[] { 30, 12 }));

        Assert.That(batch.Inputs.shape, Is.EqualTo(new long[] { 5, 2, 3 }));
        Assert.That(batch.Targets.shape, Is.EqualTo(new long[] { 2, 2, 2 }));
        for (var back = 0; back < 5; back++)
            Assert.That(
                (batch.Inputs[4 - back, 1, 1].item<float>() * norm.Inputs[1].Scale) + norm.Inputs[1].Mean,
                Is.EqualTo(series.Values[1][12 - back]).Within(1e-6));
        for (var h = 0; h < 2; h++)
            Assert.That(
                norm.Decode(1, batch.Targets[0, h, 1].item<float>(), series.Values[1][30]),
                Is.EqualTo(series.Values[1][31 + h]).Within(1e-6));
    }

    [Test]
    public void Torch_computes_with_one_thread_on_whatever_thread_it_is_asked()
    {
        TorchRuntime.EnsureReady();
        var seen = new int[3];
        var threads = Enumerable.Range(0, seen.Length).Select(i => new Thread(() =>
        {
            using var scope = NewDisposeScope();
            _ = ones(64, 64).matmul(ones(64, 64));
            seen[i] = get_num_threads();
        })).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());

        Assert.That(seen, Is.All.EqualTo(1));
    }
}
