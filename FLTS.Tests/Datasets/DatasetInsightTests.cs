using System.Text;
using FLTS.Modules.Datasets;
using FLTS.Modules.Registry.Measurements;
using FLTS.Modules.Registry.Sources;
using NUnit.Framework;

namespace FLTS.Tests.Datasets;

[TestFixture, Parallelizable]
internal sealed class DatasetInsightTests
{
    [TestCase(9000, false)]
    [TestCase(9500, true)]
    public async Task A_profile_and_a_plot_are_summed_before_they_are_made(int rows, bool isRefused)
    {
        await using var registry = await RegistryUnderTest.ReadyAsync(Stack.Embedded);
        var lines = Enumerable.Range(0, rows).Select(i => $"{DatasetClient.At(i)},{i % 7}\n");
        using (var csv = new MemoryStream(Encoding.UTF8.GetBytes("time,down\n" + string.Concat(lines))))
            await registry.Get<ISourceCatalog>().AddAsync(new("station"), "train", csv, default);
        var (options, threads) = (new DatasetOptions(), new ComputeThreads(1));
        using var turn = new ReadingTurn(options);
        var insight = new DatasetInsight(
            registry.Get<ISourceCatalog>(),
            registry.Get<MeasurementReader>(),
            registry.Get<MergedTables>(),
            turn,
            new ComputeBudget(threads, new MemoryLedger(), new LimitsOptions { MemoryMb = 1 }));

        Assert.That(() => insight.ProfileAsync(new("station"), [], default), Outcome("profile"));
        Assert.That(() => insight.PlotAsync(new("station"), "down", [], default), Outcome("plot"));

        NUnit.Framework.Constraints.IResolveConstraint Outcome(string what) => !isRefused
            ? Throws.Nothing
            : Throws.TypeOf<InvalidInputException>().With.Message.EqualTo(
                $"The {what} would need about 1 MB (9,500 rows x 1 columns, and 12 copies of the longest column); at most 1 are given "
                + "(Limits:MemoryMb).");
    }
}
