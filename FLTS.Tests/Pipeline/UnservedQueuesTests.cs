using FLTS.Modules.Registry.Datasets;
using FLTS.Modules.Registry.Pipelines;
using FLTS.Modules.Registry.Runs;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;
using NUnit.Framework;

namespace FLTS.Tests.Pipeline;

/// <summary>A pipeline that waits for a step says so where no process does the step.</summary>
[TestFixture, Parallelizable]
internal sealed class UnservedQueuesTests
{
    private static readonly DateTimeOffset _due = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    [Test]
    public void A_queued_run_whose_queue_nobody_ever_served_waits_for_a_process_since_it_is_due() =>
        Assert.That(
            Told(Trained("GRU", RunStatus.Queued), after: 60, []),
            Is.EqualTo("GRU run run-GRU to begin; no process has served the queue 'gru' since 2026-03-02T09:00:00Z"));

    [Test]
    public void A_run_whose_worker_died_waits_for_a_process_since_the_last_one_was_there()
    {
        var state = Trained("GRU", RunStatus.Running);
        (state.Runs[0].LeaseOwner, state.Runs[0].LeaseHeartbeat) = ("gone", _due.AddSeconds(30).ToUnixTimeMilliseconds());

        Assert.That(
            Told(state, after: 120, ("gru", 31)),
            Is.EqualTo("GRU run run-GRU to be trained; no process has served the queue 'gru' since 2026-03-02T09:00:31Z"));
    }

    [Test]
    public void Every_queue_that_is_waited_for_and_not_served_is_named_once()
    {
        var state = Trained("LSTM", RunStatus.Queued) with
        {
            Runs = [.. new[] { "GRU", "LSTM", "NAIVE" }.SelectMany(type => Trained(type, RunStatus.Queued).Runs)],
        };

        Assert.That(
            Told(state, after: 100, ("lstm", 99)),
            Does.Contain("'gru'").And.Contain("'references'").And.Not.Contain("'lstm'"));
    }

    [Test]
    public void Preprocessing_and_evaluation_have_queues_too()
    {
        var queued = Trained("GRU", RunStatus.Queued);
        (queued.Dataset.Status, queued.Pipeline.CreatedAt) = (DatasetStatus.Queued, _due);
        var evaluated = Trained("GRU", RunStatus.Succeeded);
        evaluated.Runs[0].EndedAt = _due;

        Assert.That(Told(queued, after: 60, []), Does.StartWith("preprocessing to begin; no process has served the queue 'preprocessing'"));
        Assert.That(Told(evaluated, after: 60, []), Does.StartWith("evaluation to begin; no process has served the queue 'evaluation'"));
    }

    [TestCase(60, 50, Description = "a process serves the queue")]
    [TestCase(40, null, Description = "a process may be starting")]
    public void Nothing_is_said_where_a_process_will_come(int after, int? served) =>
        Assert.That(
            Told(Trained("GRU", RunStatus.Queued), after, served is { } at ? [("gru", at)] : []), Is.EqualTo("GRU run run-GRU to begin"));

    [Test]
    public void Nothing_is_said_of_a_run_that_a_live_worker_holds_or_that_is_tried_again_later()
    {
        var (held, later) = (Trained("GRU", RunStatus.Running), Trained("GRU", RunStatus.Queued));
        (held.Runs[0].LeaseOwner, held.Runs[0].LeaseHeartbeat) = ("alive", _due.AddSeconds(58).ToUnixTimeMilliseconds());
        later.Runs[0].NextAttemptAt = _due.AddSeconds(61);

        Assert.That(Told(held, after: 60, []), Is.EqualTo("GRU run run-GRU to be trained"));
        Assert.That(Told(later, after: 60, []), Is.EqualTo("GRU run run-GRU to begin"));
    }

    [Test]
    public void A_pipeline_that_has_ended_waits_for_nothing()
    {
        var state = Trained("GRU", RunStatus.Succeeded);
        state.Pipeline.Status = PipelineStatus.Promoted;

        Assert.That(Waiting(state, after: 60, []), Is.Null);
    }

    /// <summary>A pipeline of one run on data that is ready.</summary>
    private static PipelineState Trained(string type, RunStatus status)
    {
        var (dataset, run) = (Rows.Dataset(DatasetStatus.Ready), Rows.Run(type, status));
        (dataset.EndedAt, run.CreatedAt) = (_due, _due.AddSeconds(-1));
        if (status != RunStatus.Queued)
            run.StartedAt = _due;
        return new PipelineState(Rows.Pipeline(), dataset, [run]);
    }

    private static string Told(PipelineState state, int after, params (string Queue, int Second)[] served) =>
        Waiting(state, after, served)!.Reason;

    /// <param name="state">The pipeline.</param>
    /// <param name="after">Seconds since it waits.</param>
    /// <param name="served">Queues, and the second in which they were last served.</param>
    private static WaitingView? Waiting(PipelineState state, int after, (string Queue, int Second)[] served)
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(_due.AddSeconds(after));
        Step[] steps = [new PreprocessStep(null!, time), new TrainStep(null!, time), new EvaluateStep(null!, time)];
        var servers = new Servers(served.ToDictionary(s => s.Queue, s => _due.AddSeconds(s.Second)));
        return new UnservedQueues(steps, servers, time).Tell(
            state, PipelineProgress.WaitingFor(state.Pipeline, state.Dataset, state.Runs));
    }

    private sealed class Servers(Dictionary<string, DateTimeOffset> served) : IQueueServers
    {
        public DateTimeOffset? LastServed(string queue) => served.TryGetValue(queue, out var at) ? at : null;
    }
}
