using FLTS.Modules.Registry.Schema;
using FsCheck;
using FsCheck.Fluent;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;

namespace FLTS.Tests.Evaluation;

/// <summary>
/// The three <see cref="ModelTraining"/> events of a pipeline come in any order, any number of times, from several threads: nothing but the
/// consumers works here, no Reconciler helps.
/// </summary>
[TestFixture, Parallelizable, Category(TestCategories.Slow)]
internal sealed class EventOrderTests
{
    private static readonly string[] _types = ["NAIVE", "EWMA", "AR"];

    [Test]
    public Task Events_in_any_order_and_number_promote_the_same_model_once() => RoundsAsync(40);

    [Test, Category(TestCategories.Soak)]
    public Task Events_in_any_order_and_number_promote_the_same_model_once_in_a_thousand_rounds() => RoundsAsync(1000);

    private static async Task RoundsAsync(int rounds)
    {
        await using var rig = await EvaluationRig.StartAsync();
        var runs = new List<RunRow>();
        foreach (var type in _types)
            runs.Add(await rig.StoreRunAsync(type, 0));

        var counted = new Consumed();
        using var observing = rig.Get<IBusControl>().ConnectConsumeObserver(counted);
        var winners = new HashSet<string>();

        // Each delivery is the number of a run, dealt to one of four threads; FsCheck shrinks a failing hand to its core.
        var deliveries = from counts in Gen.ArrayOf(Gen.Choose(1, 5), _types.Length)
                         from shuffled in Gen.Shuffle(counts.SelectMany((count, run) => Enumerable.Repeat(run, count)).ToArray())
                         from threads in Gen.ArrayOf(Gen.Choose(0, 3), shuffled.Length)
                         select shuffled.Zip(threads).ToArray();
        await Task.Run(() => Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(rounds),
            Prop.ForAll(deliveries.ToArbitrary(), hand => RoundAsync(rig, runs, counted, hand, winners).GetAwaiter().GetResult())));

        Assert.That(winners, Has.Count.EqualTo(1));
        Assert.That(counted.Rounds, Is.GreaterThanOrEqualTo(rounds));
    }

    private static async Task<bool> RoundAsync(
        EvaluationRig rig, List<RunRow> runs, Consumed counted, (int Run, int Thread)[] hand, HashSet<string> winners)
    {
        counted.Rounds++;
        var identifier = new Identifier($"station-{counted.Rounds}");
        await rig.ForceStatusAsync(RunStatus.Running); // Every round has the same stored models.
        var pipeline = await rig.PipelineAsync(identifier, runs);
        counted.Expect(hand.Length);
        await Task.WhenAll(hand.GroupBy(d => d.Thread).Select(thread => Task.Run(async () =>
        {
            foreach (var (number, _) in thread)
            {
                // As a trainer does it: the row first, then the event.
                var run = runs[number];
                await using (var db = await rig.DbAsync())
                    await db.Runs.Where(r => r.RunId == run.RunId)
                        .ExecuteUpdateAsync(set => set.SetProperty(r => r.Status, RunStatus.Succeeded));
                await rig.Get<IBus>()
                    .Publish(new ModelTraining(run.RunId, run.ModelType, run.ConfigHash, run.ParamsHash, identifier, "SUCCESS", null));
            }
        })));
        await counted.AllAsync();
        await rig.Get<EvaluationRig.Jobs>().DoneAsync();

        var ended = await rig.ReadPipelineAsync(pipeline.PipelineId);
        var attempts = (await rig.AttemptsAsync()).Where(a => a.PipelineId == pipeline.PipelineId).ToList();
        var ledger = (await rig.LedgerAsync()).Where(c => c.Identifier == identifier).ToList();
        Assert.That(ended.Status, Is.EqualTo(PipelineStatus.Promoted));
        Assert.That(attempts.Select(a => a.Outcome), Is.EqualTo(new[] { (AttemptOutcome?)AttemptOutcome.Promoted }), "attempts");
        Assert.That(ledger.Select(c => (c.Version, c.RunId)), Is.EqualTo(new[] { (1, attempts[0].SelectedRunId!.Value) }), "ledger");
        winners.Add(ledger[0].RunId.Value);
        return true;
    }

    /// <summary>Counts what the consumers have dealt with.</summary>
    private sealed class Consumed : IConsumeObserver
    {
        private TaskCompletionSource _all = new();
        private int _open;

        public int Rounds { get; set; }

        public void Expect(int count)
        {
            _all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _open = count;
        }

        public Task AllAsync() => _all.Task.WaitAsync(TimeSpan.FromMinutes(1));

        public Task PreConsume<T>(ConsumeContext<T> context)
            where T : class => Task.CompletedTask;

        public Task PostConsume<T>(ConsumeContext<T> context)
            where T : class => OneAsync(context);

        public Task ConsumeFault<T>(ConsumeContext<T> context, Exception exception)
            where T : class
        {
            _all.TrySetException(exception);
            return Task.CompletedTask;
        }

        private Task OneAsync<T>(ConsumeContext<T> context)
            where T : class
        {
            if (context is ConsumeContext<ModelTraining> && Interlocked.Decrement(ref _open) == 0)
                _all.TrySetResult();
            return Task.CompletedTask;
        }
    }
}
