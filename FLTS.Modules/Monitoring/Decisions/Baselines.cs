using FLTS.Modules.Registry.Drift;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Monitoring.Decisions;

/// <summary>What is usual for champions: known, or asked for.</summary>
internal sealed class Baselines(BaselineStep step, IJobQueues jobs)
{
    /// <summary>What is usual for a champion; null: it is not known yet, and being found out, or cannot be.</summary>
    public async Task<(LiveBaselineRow Row, BaselineResult Usual)?> OfAsync(WatchedStation station, CancellationToken cancellation)
    {
        var (row, isAsked) = await step.EnsureAsync(station.Identifier, station.Champion, station.Other, cancellation);
        if (isAsked)
            jobs.Enqueue(step.Task(row), StepWake.Event);
        return BaselineStep.ResultOf(row) is { IsOutdated: false } usual ? (row, usual) : null;
    }

    /// <summary>See <see cref="BaselineStep.LookedAsync"/>.</summary>
    public Task LookedAsync(LiveBaselineRow row, DateTimeOffset hour, double? evidence, CancellationToken cancellation) =>
        step.LookedAsync(row.BaselineId, hour, evidence, cancellation);
}
