using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using FLTS.Modules.Storage;
using FLTS.Tests.EndToEnd;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;

namespace FLTS.Tests.KillAnywhere;

/// <summary>
/// The process is killed at every place that a backtest comes by, and started again: there is one result, and one line of it.
/// </summary>
[TestFixture, Parallelizable(ParallelScope.All), Category(TestCategories.Slow), Category(TestCategories.Soak)]
internal sealed class KillBacktestTests
{
    private const int Killed = 137;

    private static readonly JsonObject _request = new() { ["identifier"] = Installation.Dataset };

    [TestCaseSource(nameof(Matrix))]
    public async Task Killed_anywhere_a_backtest_ends_with_one_result(Stack stack, string point)
    {
        await using var installation = await Installation.CreateAsync(stack);
        await using (var first = installation.Start(point))
        {
            await first.WaitUntilReadyAsync();
            await first.UseAdminKeyAsync();
            await first.WaitForEndAsync(await first.StartPipelineAsync(new JsonObject { ["dataset"] = Installation.Dataset }));
            await AskUnlessKilledAsync(first);
            Assert.That(
                await first.WaitForExitAsync(),
                Is.EqualTo(Killed),
                $"{point} was not reached:\n{string.Join('\n', first.Output.TakeLast(40))}");
        }

        await using var second = installation.Start();
        await second.WaitUntilReadyAsync();
        await second.UseAdminKeyAsync();
        var rows = await second.WaitForAsync("the end of the backtest", async () =>
            (await second.GetAsync("/backtests"))["items"]!.AsArray() is { Count: > 0 } items
            && items.All(i => i!["status"]!.GetValue<string>() == "succeeded") ? items : null);
        var again = await second.PostAsync("/backtests", _request, HttpStatusCode.Accepted);

        Assert.That(rows, Has.Count.EqualTo(1));
        Assert.That(again["backtest_id"]!.GetValue<string>(), Is.EqualTo(rows[0]!["backtest_id"]!.GetValue<string>()));
        var scored = await installation.ReadAsync(db => db.Backtests.Select(b => b.ScoredAt).SingleAsync());
        using var log = await installation.Objects.ReadAllAsync(ObjectKeys.InferenceLog(new(Installation.Dataset), scored!.Value), default);
        Assert.That(Encoding.UTF8.GetString(log.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries), Has.Length.EqualTo(1));
    }

    private static IEnumerable<TestCaseData> Matrix() =>
        from stack in Enum.GetValues<Stack>() from point in FaultPoints.OfBacktest select new TestCaseData(stack, point);

    private static async Task AskUnlessKilledAsync(FltsProcess flts)
    {
        try
        {
            await flts.PostAsync("/backtests", _request, HttpStatusCode.Accepted);
        }
        catch (HttpRequestException)
        {
            // Killed before it could answer; the exit code tells.
        }
    }
}
