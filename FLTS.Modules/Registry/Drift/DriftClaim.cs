using FLTS.Modules.Registry.Pipelines;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Drift;

/// <summary>An event that a pipeline is started for, once.</summary>
internal sealed record DriftClaim(string EventId) : IPostingClaim
{
    public async Task<bool> TakeAsync(RegistryDbContext db, CancellationToken cancellation) =>
        await Waiting(db).ExecuteUpdateAsync(set => set.SetProperty(e => e.Error, (string?)null), cancellation) == 1;

    public Task EndAsync(
        RegistryDbContext db, PipelineId pipeline, bool isUnchanged, DateTimeOffset now, CancellationToken cancellation)
    {
        var error = isUnchanged ? "The same data and options are a pipeline already: no row that is trained on is new." : null;
        return Waiting(db).ExecuteUpdateAsync(
            set => set
                .SetProperty(e => e.PipelineId, pipeline)
                .SetProperty(e => e.ActedAt, now)
                .SetProperty(e => e.Error, error),
            cancellation);
    }

    private IQueryable<DriftEventRow> Waiting(RegistryDbContext db) => db.DriftEvents
        .Where(e => e.EventId == EventId && e.Action == DriftAction.Retrain && e.ActedAt == null);
}
