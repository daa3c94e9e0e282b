using System.Text.Json.Nodes;
using FLTS.Modules.Registry.Backtests;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;

namespace FLTS.Tests.Monitoring;

/// <summary>The step, whatever happens to who carries it out.</summary>
[TestFixture, Parallelizable]
internal sealed class BacktestWorkTests
{
    [Test]
    public async Task It_is_scored_once_logged_once_and_announced_once_however_often_it_is_asked_for([Values] Stack stack)
    {
        var (registry, run) = await BacktestRig.StartAsync(stack);
        await using var _ = registry;
        var id = await registry.AskAsync(run);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => registry.DoAsync(id)));
        await registry.DoAsync(await registry.AskAsync(run));

        var row = await registry.BacktestAsync(id);
        Assert.That((row.Status, row.Error), Is.EqualTo((BacktestStatus.Succeeded, (string?)null)));
        var line = JsonNode.Parse((await registry.LogAsync(row)).Single())!;
        Assert.That(line["backtest_id"]!.GetValue<string>(), Is.EqualTo(id.Value));
        Assert.That(JsonNode.DeepEquals(line["result"], JsonNode.Parse(row.Result!)), Is.True, "the line holds what the row holds");
        var said = registry.Bus().Of<ForecastScored>().Single();
        Assert.That((said.BacktestId, said.RunId, said.ScoredRows), Is.EqualTo((id, run.RunId, 60)));
        Assert.That(await registry.UseAsync(db => db.Backtests.CountAsync()), Is.EqualTo(1));
    }

    [Test]
    public async Task What_a_killed_worker_left_is_due_by_the_rows_and_taken_up_by_the_next()
    {
        var (registry, run) = await BacktestRig.StartAsync(Stack.Embedded);
        await using var _ = registry;
        var id = await registry.AskAsync(run);
        await registry.LeaveDeadAsync("backtests", deaths: 1);

        var work = await registry.Get<UnfinishedWorkReader>().ReadAsync(default);
        var due = registry.Get<BacktestStep>().DueSteps(work).Single();
        await registry.DoAsync(id, StepWake.Reconciler);

        Assert.That(due.Task, Is.EqualTo(new StepTask("backtest", id.Value, "monitoring", $"Backtest run {run.RunId} of station")));
        var row = await registry.BacktestAsync(id);
        Assert.That((row.Status, row.Deaths), Is.EqualTo((BacktestStatus.Succeeded, 1)));
        Assert.That(
            registry.Get<BacktestStep>().DueSteps(await registry.Get<UnfinishedWorkReader>().ReadAsync(default)), Is.Empty);
    }

    [Test]
    public async Task Scored_and_not_yet_logged_it_is_logged_later_and_not_scored_again()
    {
        var (registry, run) = await BacktestRig.StartAsync(Stack.Embedded);
        await using var _ = registry;
        var id = await registry.AskAsync(run);
        await registry.DoAsync(id);
        var before = await registry.BacktestAsync(id);
        await registry.ExecuteAsync(
            "UPDATE backtests SET status = 'storing', ended_at = NULL, lease_owner = 'dead', lease_heartbeat = 0, "
            + "result = replace(result, '\"model_type\":\"NAIVE\"', '\"model_type\":\"KEPT\"')");
        registry.TakeStoreAway();

        await registry.DoAsync(id);
        var waiting = await registry.BacktestAsync(id);
        registry.BringStoreBack();
        await registry.DoAsync(id);

        Assert.That((waiting.Status, waiting.Tries), Is.EqualTo((BacktestStatus.Storing, 1)));
        var after = await registry.BacktestAsync(id);
        Assert.That((after.Status, after.ScoredAt), Is.EqualTo((BacktestStatus.Succeeded, before.ScoredAt)));
        Assert.That((await registry.LogAsync(after)).Single(), Does.Contain("\"KEPT\""), "what was scored is what is logged");
    }

    [Test]
    public async Task Two_of_one_day_are_two_lines_in_the_order_in_which_they_were_scored()
    {
        var (registry, run) = await BacktestRig.StartAsync(Stack.Embedded);
        await using var _ = registry;
        var (first, second) = (await registry.AskAsync(run), await registry.AskAsync(run, 2, 5));

        await Task.WhenAll(registry.DoAsync(first), registry.DoAsync(second));

        var rows = new[] { await registry.BacktestAsync(first), await registry.BacktestAsync(second) };
        Assert.That(
            (await registry.LogAsync(rows[0])).Select(l => JsonNode.Parse(l)!["backtest_id"]!.GetValue<string>()),
            Is.EqualTo(rows.OrderBy(r => r.ScoredAt).ThenBy(r => r.BacktestId.Value, StringComparer.Ordinal)
                .Select(r => r.BacktestId.Value)));
    }

    [Test]
    public async Task One_that_failed_is_tried_again_by_whoever_asks_again()
    {
        var (registry, run) = await BacktestRig.StartAsync(Stack.Embedded);
        await using var _ = registry;
        var id = await registry.AskAsync(run);
        await registry.LeaveDeadAsync("backtests", deaths: 3);
        await registry.DoAsync(id);
        var failed = await registry.BacktestAsync(id);

        Assert.That(await registry.AskAsync(run), Is.EqualTo(id));
        await registry.DoAsync(id);

        Assert.That((failed.Status, failed.Error), Is.EqualTo(
            (BacktestStatus.Failed, "worker died 3 times: no error was left behind")));
        Assert.That((await registry.BacktestAsync(id)).Status, Is.EqualTo(BacktestStatus.Succeeded));
    }

    [Test]
    public async Task One_more_than_may_be_unfinished_is_refused_and_one_that_is_there_is_not()
    {
        var (registry, run) = await BacktestRig.StartAsync(Stack.Embedded);
        await using var _ = registry;
        var posting = registry.Get<BacktestPosting>();
        var order = new BacktestOrder(run.Identifier, run.RunId, run.ConfigHash, null, null, null, [1], 1, null);
        await posting.PostAsync(order, 1, default);

        Assert.That(
            async () => await posting.PostAsync(order with { Leads = [2] }, 1, default),
            Throws.InstanceOf<TooManyException>().With.Message.Contains("Monitoring:MaxUnfinished"));
        Assert.That((await posting.PostAsync(order, 1, default)).BacktestId, Is.EqualTo(order.ToId()));
    }

    [Test]
    public async Task Of_many_who_ask_at_once_all_get_the_same_one([Values] Stack stack)
    {
        var (registry, run) = await BacktestRig.StartAsync(stack);
        await using var _ = registry;

        var ids = await RegistryUnderTest.TogetherAsync(8, _ => registry.AskAsync(run, 1, 3));

        Assert.That(ids.Distinct().Count(), Is.EqualTo(1));
        Assert.That(await registry.UseAsync(db => db.Backtests.CountAsync()), Is.EqualTo(1));
    }

    [Test]
    public async Task Nobody_changes_one_that_was_taken_over_or_has_ended([Values] Stack stack)
    {
        var (registry, run) = await BacktestRig.StartAsync(stack);
        await using var _ = registry;
        var (id, step) = (await registry.AskAsync(run), registry.Get<BacktestStep>());
        var mine = (await registry.Leases.TryAcquireAsync<BacktestRow>(id.Value, default))!;
        await registry.ExecuteAsync("UPDATE backtests SET lease_heartbeat = 0");
        var theirs = (await registry.Leases.TryAcquireAsync<BacktestRow>(id.Value, default))!;

        Assert.That(await step.BeginAsync(mine, default), Is.False, "begin");
        Assert.That(await step.FailAsync(mine, "no", default), Is.False, "fail");
        Assert.That(await step.BeginAsync(theirs, default), Is.True);
        Assert.That(await step.FailAsync(theirs, "It cannot be.", default), Is.True);
        Assert.That(await step.SucceedAsync(theirs, default), Is.False, "what has ended stays ended");
        var row = await registry.BacktestAsync(id);
        Assert.That((row.Status, row.Error), Is.EqualTo((BacktestStatus.Failed, "It cannot be.")));
        Assert.That(
            () => registry.ExecuteAsync("UPDATE backtests SET status = 'succeeded'"),
            Throws.InstanceOf<System.Data.Common.DbException>(),
            "no success without a result");
    }
}
