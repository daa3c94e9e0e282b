using System.Text.Json;
using FLTS.Modules.Registry.Pipelines;
using FLTS.Modules.Registry.Schedules;

namespace FLTS.Modules.Pipeline.Schedules;

/// <summary>Pipelines as a schedule starts them.</summary>
internal interface IScheduledPipelines
{
    /// <summary>Whether a request could be started now.</summary>
    /// <exception cref="FltsException">It could not, in a sentence.</exception>
    Task PlanAsync(JsonElement request, CancellationToken cancellation);

    /// <summary>Starts what a request describes, for a fire; null: somebody else has.</summary>
    /// <exception cref="FltsException">It cannot be started, in a sentence.</exception>
    Task<PostedPipeline?> StartAsync(JsonElement request, FireId fire, CancellationToken cancellation);
}
