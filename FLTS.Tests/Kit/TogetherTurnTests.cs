using NUnit.Framework;

namespace FLTS.Tests.Kit;

[Parallelizable]
internal sealed class TogetherTurnTests
{
    [Test]
    public async Task What_comes_while_work_is_done_is_done_together_in_its_order_and_each_gets_its_own_answer()
    {
        var (groups, first) = (new List<int[]>(), new TaskCompletionSource());
        var turn = new TogetherTurn<int, int>(3, async items =>
        {
            groups.Add([.. items]);
            await first.Task;
            return [.. items.Select(i => i * i)];
        });
        var asked = Enumerable.Range(1, 6).Select(i => turn.DoAsync(i, default)).ToList();
        first.SetResult();
        Assert.That(await Task.WhenAll(asked), Is.EqualTo(new[] { 1, 4, 9, 16, 25, 36 }));
        Assert.That(groups, Is.EqualTo(new int[][] { [1], [2, 3, 4], [5, 6] }));
    }

    [Test]
    public async Task Who_leaves_before_the_item_is_taken_has_it_not_done_and_holds_nobody_up()
    {
        var (done, first) = (new List<int>(), new TaskCompletionSource());
        var turn = new TogetherTurn<int, int>(10, async items =>
        {
            done.AddRange(items);
            await first.Task;
            return items;
        });
        using var leaving = new CancellationTokenSource();
        var (one, two, three) = (turn.DoAsync(1, leaving.Token), turn.DoAsync(2, leaving.Token), turn.DoAsync(3, default));
        await leaving.CancelAsync();
        first.SetResult();

        Assert.That(async () => await two, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(await one, Is.EqualTo(1), "what was taken is done, and its answer is told");
        Assert.That(await three, Is.EqualTo(3));
        Assert.That(done, Is.EqualTo(new[] { 1, 3 }));
    }

    [Test]
    public async Task A_fault_is_told_to_all_whose_items_were_done_together_and_the_next_are_done()
    {
        var (tries, first) = (0, new TaskCompletionSource());
        var turn = new TogetherTurn<int, int>(10, async items =>
        {
            await first.Task;
            return ++tries == 2 ? throw new IOException("the disk is away") : items;
        });
        var asked = Enumerable.Range(1, 3).Select(i => turn.DoAsync(i, default)).ToList();
        first.SetResult();
        Assert.That(await asked[0], Is.EqualTo(1));
        Assert.That(async () => await asked[1], Throws.InstanceOf<IOException>());
        Assert.That(async () => await asked[2], Throws.InstanceOf<IOException>());
        Assert.That(await turn.DoAsync(4, default), Is.EqualTo(4));
    }
}
