using FLTS.Forecasting.Intervals;
using FLTS.Tests.Forecasting.Preparation;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Intervals;

/// <summary>Files of before the knots, written as they were then.</summary>
[TestFixture, Parallelizable]
internal sealed class ResidualFileTests
{
    [Test]
    public async Task Residuals_of_before_are_read_step_by_step()
    {
        var read = await ReadAsync(["a", "flat"], ["a"], steps: 2, [1, 2, 3, double.NaN]);
        Assert.That((read.Steps, read.Targets, read.Values), Is.EqualTo((2, new[] { "a" }, new[] { new[] { 1, 2, 3, double.NaN } })));
        Assert.That((await ReadAsync(["a"], ["a"], steps: 30, [])).Steps, Is.EqualTo(1));
    }

    [Test]
    public void What_is_no_such_file_is_refused()
    {
        Assert.That(
            () => ReadAsync(["b"], ["a"], 2, [1, 2]), Throws.TypeOf<CorruptArtifactException>().With.Message.Contains("the columns b"));
        Assert.That(() => ReadAsync(["a"], ["a"], 2, [1, double.PositiveInfinity]), Throws.TypeOf<CorruptArtifactException>());
        Assert.That(() => ReadAsync(["a"], ["a"], 2, new double[16_000]), Throws.TypeOf<CorruptArtifactException>());
        Assert.That(() => ResidualFile.ReadAsync([], ["a"]), Throws.TypeOf<CorruptArtifactException>());
    }

    private static async Task<ValidationResiduals> ReadAsync(string[] targets, string[] written, int steps, double[] values)
    {
        var table = new LeadTable(
            [.. values.Select((_, i) => Tables.Start.AddMinutes(i / steps))],
            [.. values.Select((_, i) => (i % steps) + 1)],
            written,
            [values]);
        return await ResidualFile.ReadAsync(await table.WriteAsync("#step", default), targets);
    }
}
