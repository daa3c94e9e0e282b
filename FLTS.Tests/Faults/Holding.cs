using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;
using Microsoft.Extensions.Logging.Abstractions;

namespace FLTS.Tests.Faults;

/// <summary>Holds up what hosts in processes of their own are to do next.</summary>
internal static class Holding
{
    /// <summary>
    /// Holds a pipeline's lease until disposed, as an evaluator does that is slow to begin: the runs end, their evaluation waits.
    /// </summary>
    public static async Task<IAsyncDisposable> HoldAsync(this RegistryUnderTest registry, string pipelineId) =>
        await LeaseKeeper.TryAcquireAsync<PipelineRow>(
            registry.Leases, pipelineId, TimeProvider.System, NullLogger.Instance, CancellationToken.None)
        ?? throw new InvalidOperationException($"The evaluation of {pipelineId} has begun already.");
}
