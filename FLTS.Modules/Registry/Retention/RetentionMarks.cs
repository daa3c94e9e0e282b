using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Retention;

/// <summary>
/// Takes things back into use. Whoever is about to use something that may have fallen out of use calls this first, and then reads whether
/// it is still there: from here on it is kept for another grace at least, in which its use is written down.
/// </summary>
internal static class RetentionMarks
{
    /// <summary>
    /// Removes the marks of these things. Inside a transaction nobody can take them before that ends; and if somebody has taken one, this
    /// waits for the end of that transaction, and says so.
    /// </summary>
    /// <exception cref="ConflictException">One of them is being removed at this moment.</exception>
    public static async Task UseAsync(
        RegistryDbContext db, RetentionKind kind, IReadOnlyCollection<string> ids, CancellationToken cancellation)
    {
        await db.RetentionMarks
            .Where(m => m.Kind == kind && ids.Contains(m.Id) && m.TakenAt == null)
            .ExecuteDeleteAsync(cancellation);
        var taken = await db.RetentionMarks
            .Where(m => m.Kind == kind && ids.Contains(m.Id))
            .Select(m => m.Id)
            .FirstOrDefaultAsync(cancellation);
        if (taken is null)
            return;

        var what = kind switch
        {
            RetentionKind.Run => $"Run {taken}",
            RetentionKind.Data => $"The processed data {taken}",
            RetentionKind.Source => $"The source with the SHA-256 {taken}",
            _ => $"What the store has of '{taken}'",
        };
        throw new ConflictException($"{what} is being pruned at this moment; ask again in a few seconds.");
    }

    /// <summary>
    /// As <see cref="UseAsync(RegistryDbContext, RetentionKind, IReadOnlyCollection{string}, CancellationToken)"/>, of runs.
    /// </summary>
    /// <exception cref="ConflictException">One of them is being removed at this moment.</exception>
    public static Task UseAsync(RegistryDbContext db, IEnumerable<RunId> runs, CancellationToken cancellation) =>
        UseAsync(db, RetentionKind.Run, [.. runs.Select(r => r.Value)], cancellation);

    /// <summary>
    /// As <see cref="UseAsync(RegistryDbContext, RetentionKind, IReadOnlyCollection{string}, CancellationToken)"/>, of processed data.
    /// </summary>
    /// <exception cref="ConflictException">It is being removed at this moment.</exception>
    public static Task UseAsync(RegistryDbContext db, ConfigHash configHash, CancellationToken cancellation) =>
        UseAsync(db, RetentionKind.Data, [configHash.Value], cancellation);
}
