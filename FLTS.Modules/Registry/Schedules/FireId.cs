using FLTS.Modules.Registry.Pipelines;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Registry.Schedules;

/// <summary>A due time of a schedule.</summary>
internal readonly record struct FireId(ScheduleName Schedule, DateTimeOffset DueAt) : IPostingClaim
{
    Task<bool> IPostingClaim.TakeAsync(RegistryDbContext db, CancellationToken cancellation) =>
        FireClaims.TakeAsync(db, this, cancellation);

    Task IPostingClaim.EndAsync(
        RegistryDbContext db, PipelineId pipeline, bool isUnchanged, DateTimeOffset now, CancellationToken cancellation) =>
        FireClaims.EndAsync(db, this, pipeline, isUnchanged, now, cancellation);
}
