using FLTS.Forecasting.Intervals;
using FLTS.Tests.Forecasting.Preparation;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Intervals;

[TestFixture, Parallelizable]
internal sealed class KnotFileTests
{
    private static readonly ValidationForecasts _made = new(
        [Tables.Start, Tables.Start.AddMinutes(3)],
        [1, 2, 5],
        ["a", "b"],
        [[1, 2, 3, 4, 5, 6], [10, 20, 30, 40, 50, double.NaN]],
        [[1.5, double.NaN, 3, 4, 5, 6], [-1, -2, -3, -4, -5, -6]]);

    [Test]
    public async Task What_was_written_is_read_and_written_the_same()
    {
        var bytes = await KnotFile.WriteAsync(_made);
        var read = await KnotFile.ReadAsync(bytes, ["a", "flat", "b"]);
        Assert.That((read.Origins, read.Leads, read.Targets), Is.EqualTo((_made.Origins, _made.Leads, _made.Targets)));
        Assert.That((read.Forecast, read.Truth), Is.EqualTo((_made.Forecast, _made.Truth)));
        Assert.That(await KnotFile.WriteAsync(read), Is.EqualTo(bytes));
        var none = new ValidationForecasts([], [1], ["a"], [[]], [[]]);
        read = await KnotFile.ReadAsync(await KnotFile.WriteAsync(none), ["a"]);
        Assert.That((read.Origins, read.Leads), Is.EqualTo((Array.Empty<DateTime>(), new[] { 1 })));
    }

    [Test]
    public async Task What_is_no_such_file_is_refused()
    {
        var bytes = await KnotFile.WriteAsync(_made);
        Assert.That(
            () => KnotFile.ReadAsync(bytes, ["a"]),
            Throws.TypeOf<CorruptArtifactException>().With.Message.Contains("a, a#truth").And.Message.Contains("b#truth"));
        Assert.That(() => KnotFile.ReadAsync(bytes[..^3], ["a", "b"]), Throws.TypeOf<CorruptArtifactException>());
        Assert.That(() => KnotFile.ReadAsync([], ["a", "b"]), Throws.TypeOf<CorruptArtifactException>());
        await RefusedAsync(_made with { Forecast = [[1, 2, 3, 4, 5, double.PositiveInfinity], _made.Forecast[1]] }, "an infinite number");
        await RefusedAsync(_made with { Leads = [1, 5, 2] }, "leads out of order");
        await RefusedAsync(_made with { Leads = [2, 5, 10] }, "no first step");
        await RefusedAsync(_made with { Leads = [1, 2, int.MaxValue] }, "a lead that no table could hold");
        await RefusedAsync(_made with { Origins = [Tables.Start, Tables.Start] }, "an origin twice");
        var many = Enumerable.Range(0, 6000).Select(i => Tables.Start.AddMinutes(i)).ToArray();
        await RefusedAsync(new ValidationForecasts(many, [1], ["a"], [new double[6000]], [new double[6000]]), "more rows than are written");
    }

    [Test]
    public async Task Forecasts_without_truth_are_refused()
    {
        var table = new LeadTable([Tables.Start], [1], ["a"], [[1.0]]);
        var bytes = await table.WriteAsync("#lead", default);
        Assert.That(() => KnotFile.ReadAsync(bytes, ["a"]), Throws.TypeOf<CorruptArtifactException>().With.Message.Contains("truth"));
    }

    private static async Task RefusedAsync(ValidationForecasts bad, string what)
    {
        var bytes = await KnotFile.WriteAsync(bad);
        Assert.That(() => KnotFile.ReadAsync(bytes, ["a", "b"]), Throws.TypeOf<CorruptArtifactException>(), what);
    }
}
