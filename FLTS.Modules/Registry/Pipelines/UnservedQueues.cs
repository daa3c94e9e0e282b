using System.Globalization;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;

namespace FLTS.Modules.Registry.Pipelines;

/// <summary>
/// Says where a pipeline waits for a step that no process does: rows alone would let it wait for ever without a word.
/// </summary>
internal sealed class UnservedQueues(IEnumerable<Step> steps, IQueueServers servers, TimeProvider time)
{
    /// <summary>A process that has just begun serves what is promoted before it works; one that works says so every ten seconds.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    /// <param name="state">The pipeline.</param>
    /// <param name="waiting">What its rows say that it waits for.</param>
    public WaitingView? Tell(PipelineState state, WaitingView? waiting)
    {
        var now = time.GetUtcNow();
        if (waiting?.Since is not { } since || now - since < Patience)
            return waiting;

        var unserved = steps.SelectMany(s => s.DueSteps(new UnfinishedWork([state], [state.Dataset])))
            .Where(due => IsFree(due.Row, now))
            .Select(due => due.Task.Queue)
            .Distinct()
            .Order(StringComparer.Ordinal)
            .Select(queue => (Queue: queue, Last: servers.LastServed(queue)))
            .Where(q => q.Last is null || now - q.Last > Patience)
            .Select(q => string.Create(
                CultureInfo.InvariantCulture,
                $"; no process has served the queue '{q.Queue}' since {(q.Last > since ? q.Last.Value : since).UtcDateTime:s}Z"));
        return waiting with { Reason = string.Concat(unserved.Prepend(waiting.Reason)) };
    }

    /// <summary>By this machine's clock, which is near enough to the database's for a sentence.</summary>
    private static bool IsFree(ILeased row, DateTimeOffset now) =>
        !LeaseRules.IsHeld(row, now.ToUnixTimeMilliseconds()) && (row.NextAttemptAt is null || row.NextAttemptAt <= now);
}
