using FLTS.Forecasting.Recurrent.Net;
using FLTS.Forecasting.Recurrent.Training;
using NUnit.Framework;
using static TorchSharp.torch;

namespace FLTS.Tests.Forecasting.Recurrent;

[TestFixture]
internal sealed class EpochErrorsTests
{
    private static readonly ColumnCode[] _targets = [new(1, 2, Center: 10, Unit: 400), new(0.5, 0.1)];

    [Test]
    public void They_are_those_of_the_cells_that_count_on_the_series_scale()
    {
        float[] outputs =
            [0.1f, 0.2f, -0.3f, 0.4f, 0.5f, 9f], truths = [0.3f, -0.2f, 0.1f, 0.6f, -0.5f, 0f], levels = [1f, 2f, 0.5f, -1f, 0.25f, 3f];
        bool[] counts = [true, true, true, true, true, false];
        using var scope = NewDisposeScope();
        var errors = new EpochErrors(new Normalisation(TargetMode.Residual, true, [], _targets), 2);

        // In two batches: a pass is no mean of batches.
        errors.Add(Cells(outputs[..2]), Batch(0, 2), 0.5);
        errors.Add(Cells(outputs[2..]), Batch(2, 6), 0.2);

        var expected = Enumerable.Range(0, 6).Where(i => counts[i]).Select(i =>
        {
            var truth = _targets[i % 2].Decode(levels[i]);
            return (Target: i % 2, Truth: truth, Error: _targets[i % 2].Decode((double)levels[i] + outputs[i] - truths[i]) - truth);
        }).ToList();
        var r2 = expected.GroupBy(e => e.Target)
            .Average(g => 1 - (g.Sum(e => e.Error * e.Error) / g.Sum(e => Math.Pow(e.Truth - g.Average(o => o.Truth), 2))));
        Assert.That(errors.Result().Rmse, Is.EqualTo(Math.Sqrt(expected.Average(e => e.Error * e.Error))).Within(1e-12));
        Assert.That(errors.Result().Mae, Is.EqualTo(expected.Average(e => Math.Abs(e.Error))).Within(1e-12));
        Assert.That(errors.Result().R2, Is.EqualTo(r2).Within(1e-9));
        Assert.That(errors.Loss, Is.EqualTo(((2 * 0.5) + (3 * 0.2)) / 5).Within(1e-12));

        WindowBatch Batch(int from, int to) =>
            new(zeros(1), Cells(truths[from..to]), Cells([.. counts[from..to].Select(c => c ? 1f : 0f)]), Cells(levels[from..to]));

        static Tensor Cells(float[] values) => tensor(values, [values.Length / 2, 1, 2]);
    }

    [TestCase(0f, 1)]
    [TestCase(0.01f, 0)]
    public void A_constant_truth_counts_1_where_it_is_met_exactly_and_else_0(float error, double expected)
    {
        using var scope = NewDisposeScope();
        var errors = new EpochErrors(new Normalisation(TargetMode.Level, false, [], [_targets[1]]), 1);
        var truth = Cells(0.7f);

        errors.Add(Cells(0.7f + error), new WindowBatch(zeros(1), truth, ones(8, 1, 1), truth), 0);

        Assert.That(errors.Result().R2, Is.EqualTo(expected));

        static Tensor Cells(float value) => tensor([.. Enumerable.Repeat(value, 8)], [8, 1, 1]);
    }

    [Test]
    public void Without_a_cell_that_counts_they_are_0()
    {
        var errors = new EpochErrors(new Normalisation(TargetMode.Level, false, [], _targets), 2);

        Assert.That((errors.Loss, errors.Result()), Is.EqualTo((0.0, (0.0, 0.0, 0.0))));
    }
}
