using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Evaluation.Promotion;

/// <summary>One at a time over the runs of a pipeline, the evaluator among them.</summary>
internal sealed class PipelineTurns(ILeases leases, TimeProvider time, ILogger<PipelineTurns> logger)
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(100);

    /// <summary>Waits for the pipeline's lease.</summary>
    /// <exception cref="ConflictException">Somebody else has had it for two minutes.</exception>
    public async Task<LeaseKeeper> WaitAsync(PipelineId pipelineId, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            if (await LeaseKeeper.TryAcquireAsync<PipelineRow>(leases, pipelineId.Value, time, logger, cancellation) is { } keeper)
                return keeper;
            if (time.GetElapsedTime(began) > _patience)
                throw new ConflictException($"Pipeline '{pipelineId}' is being evaluated; ask again when that has ended.");

            await Task.Delay(_look, time, cancellation);
        }
    }
}
