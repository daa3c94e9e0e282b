using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Live;

/// <summary>
/// The transitions of <see cref="LiveIntervalRow"/>: trackers go forward, from the mark that a turn began at; windows become what the rows
/// say.
/// </summary>
internal static class IntervalStates
{
    /// <summary>Part of the caller's transaction. Where somebody else has counted meanwhile, what he counted stays.</summary>
    /// <param name="db">The transaction.</param>
    /// <param name="identifier">The station.</param>
    /// <param name="now">What the intervals have become.</param>
    /// <param name="before">Up to where truths were counted when the turn began; null: none was.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>Whether it was written.</returns>
    public static async Task<bool> AdvanceAsync(
        RegistryDbContext db, Identifier identifier, IntervalState now, DateTimeOffset? before, CancellationToken cancellation)
    {
        var own = db.LiveIntervals.Where(i => i.Identifier == identifier && i.RunId == now.Run);
        if (before is null)
        {
            if (await own.AnyAsync(cancellation))
                return false;
            db.LiveIntervals.Add(new LiveIntervalRow
            {
                Identifier = identifier,
                RunId = now.Run,
                CountedTo = now.CountedTo!.Value,
                Revision = now.Revision,
                Packed = now.Packed,
            });
            await db.SaveChangesAsync(cancellation);
            db.ChangeTracker.Clear();
            return true;
        }

        return await own.Where(i => i.CountedTo == before && i.CountedTo < now.CountedTo).ExecuteUpdateAsync(
            set => set
                .SetProperty(i => i.CountedTo, now.CountedTo!.Value)
                .SetProperty(i => i.Revision, now.Revision)
                .SetProperty(i => i.Packed, now.Packed),
            cancellation) == 1;
    }

    /// <summary>Part of the caller's transaction. Where nothing is counted yet, there is nothing that could be other than before.</summary>
    public static Task PutWindowsAsync(
        RegistryDbContext db, Identifier identifier, RunId run, byte[] windows, CancellationToken cancellation) =>
        db.LiveIntervals.Where(i => i.Identifier == identifier && i.RunId == run).ExecuteUpdateAsync(
            set => set.SetProperty(i => i.Windows, windows).SetProperty(i => i.Revision, i => i.Revision + 1), cancellation);
}
