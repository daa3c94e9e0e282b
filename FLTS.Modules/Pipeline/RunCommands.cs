using FLTS.Modules.Registry.Runs;

namespace FLTS.Modules.Pipeline;

/// <summary>The commands beside the reads of runs.</summary>
internal sealed class RunCommands(CancelService cancels, RerunService reruns) : IRunCommands
{
    public Task<CancelledRun> CancelAsync(RunId runId, CancellationToken cancellation) => cancels.CancelRunAsync(runId, cancellation);

    public Task<RerunRun> RerunAsync(RunId runId, CancellationToken cancellation) => reruns.RerunRunAsync(runId, cancellation);
}
