using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Registry.Pipelines;

/// <summary>
/// What starts a pipeline once, whatever dies in between: it is written in the transaction that posts the pipeline, of which every method
/// is part.
/// </summary>
internal interface IPostingClaim
{
    /// <summary>Takes it while it waits; of many callers one gets it.</summary>
    Task<bool> TakeAsync(RegistryDbContext db, CancellationToken cancellation);

    /// <summary>Says what it came to: a pipeline that it started, or one that exists already and has nothing new to do.</summary>
    Task EndAsync(RegistryDbContext db, PipelineId pipeline, bool isUnchanged, DateTimeOffset now, CancellationToken cancellation);
}
