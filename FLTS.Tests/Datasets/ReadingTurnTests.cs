using FLTS.Modules.Registry.Sources;
using NUnit.Framework;

namespace FLTS.Tests.Datasets;

[TestFixture, Parallelizable]
internal sealed class ReadingTurnTests
{
    [Test]
    public async Task One_reads_at_a_time_some_wait_and_one_more_is_asked_to_come_back()
    {
        using var turn = new ReadingTurn(new DatasetOptions { MaxWaiting = 2 });
        var (first, running) = (new TaskCompletionSource(), 0);
        var most = 0;
        async Task<int> Work(int i)
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            await first.Task;
            Interlocked.Decrement(ref running);
            return i;
        }

        var taken = Enumerable.Range(0, 3).Select(i => turn.RunAsync(() => Work(i), default)).ToList();

        var refused = Assert.ThrowsAsync<TooManyException>(() => turn.RunAsync(() => Work(3), default))!;
        Assert.That((FaultStatus.Of(refused), refused.RetryAfterSeconds), Is.EqualTo((429, 5)));
        Assert.That(refused.Message, Does.Contain("2 requests wait already").And.Contain("Datasets:MaxWaiting"));

        first.SetResult();
        Assert.That(await Task.WhenAll(taken), Is.EqualTo(new[] { 0, 1, 2 }));
        Assert.That(most, Is.EqualTo(1));
        Assert.That(await turn.RunAsync(() => Work(4), default), Is.EqualTo(4), "all turns were given back");
    }

    [Test]
    public async Task A_fault_and_a_caller_that_went_away_give_the_turn_back()
    {
        using var turn = new ReadingTurn(new DatasetOptions { MaxWaiting = 1 });
        Assert.ThrowsAsync<InvalidInputException>(() => turn.RunAsync<int>(() => throw new InvalidInputException("bad"), default));

        var blocked = new TaskCompletionSource<int>();
        var running = turn.RunAsync(() => blocked.Task, default);
        using (var gone = new CancellationTokenSource())
        {
            var waiting = turn.RunAsync(() => Task.FromResult(1), gone.Token);
            await gone.CancelAsync();
            Assert.That(async () => await waiting, Throws.InstanceOf<OperationCanceledException>());
        }

        var next = turn.RunAsync(() => Task.FromResult(2), default);
        blocked.SetResult(1);
        Assert.That((await running, await next), Is.EqualTo((1, 2)), "the place of the one that went away is free");
    }

    [TestCase("MaxBytes", 1023)]
    [TestCase("MaxColumns", 10_001)]
    [TestCase("MaxLineBytes", 63)]
    [TestCase("MaxAppendRows", 0)]
    [TestCase("MaxWaiting", -1)]
    public void A_limit_out_of_its_range_is_refused_by_name(string name, int value)
    {
        var options = name switch
        {
            "MaxBytes" => new DatasetOptions { MaxBytes = value },
            "MaxColumns" => new DatasetOptions { MaxColumns = value },
            "MaxLineBytes" => new DatasetOptions { MaxLineBytes = value },
            "MaxAppendRows" => new DatasetOptions { MaxAppendRows = value },
            _ => new DatasetOptions { MaxWaiting = value },
        };
        Assert.That(
            () => OptionsReading.Check(options, DatasetOptions.Section),
            Throws.TypeOf<InvalidInputException>().With.Message.StartsWith($"Datasets:{name} is {value}; it must be between "));
        Assert.That(() => OptionsReading.Check(new DatasetOptions(), DatasetOptions.Section), Throws.Nothing);
    }
}
