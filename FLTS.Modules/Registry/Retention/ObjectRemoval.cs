using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;
using FLTS.Modules.Storage;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Registry.Retention;

/// <summary>Removes the objects of what is taken, and has the rows say so.</summary>
internal sealed partial class ObjectRemoval(
    Prunings prunings, IObjectStore store, PrunedBytes pruned, ILeases leases, TimeProvider time, ILogger<ObjectRemoval> logger)
{
    /// <summary>Removals at the same time: a store that is far away takes a while to answer.</summary>
    private const int AtOnce = 8;

    /// <summary>
    /// As <see cref="FinishAsync"/>, unless another process is at it, which does it then: two of them could remove what was stored anew
    /// when the first had finished.
    /// </summary>
    /// <exception cref="UnavailableException">The store refuses; it is gone on with later.</exception>
    public async Task TryFinishAsync(CancellationToken cancellation)
    {
        await using var keeper = await LeaseKeeper.TryAcquireAsync<RetentionTurnRow>(
            leases, RetentionTurnRow.Only, time, logger, cancellation);
        if (keeper is null)
            return;

        using var working = CancellationTokenSource.CreateLinkedTokenSource(cancellation, keeper.Lost);
        await FinishAsync(working.Token);
    }

    /// <summary>Finishes everything that is taken; for who sees to it that nobody else does.</summary>
    /// <exception cref="UnavailableException">The store refuses; it is gone on with later.</exception>
    public async Task FinishAsync(CancellationToken cancellation)
    {
        while (await prunings.TakenAsync(cancellation) is { Count: > 0 } taken)
        {
            var bytes = 0L;
            foreach (var some in taken.Chunk(AtOnce))
            {
                cancellation.ThrowIfCancellationRequested();
                bytes += (await Task.WhenAll(some.Select(m => RemoveAsync(m, cancellation)))).Sum();
            }

            await prunings.FinishAsync(taken, cancellation);
            foreach (var kind in taken.GroupBy(m => m.Kind))
                LogPruned(logger, kind.Key, kind.Count());
            LogFreed(logger, bytes);
        }
    }

    private async Task<long> RemoveAsync(RetentionMarkRow mark, CancellationToken cancellation)
    {
        var bytes = 0L;
        foreach (var prefix in PrefixesOf(mark))
            bytes += await store.RemoveAsync(prefix, cancellation);

        pruned.Add(bytes);
        return bytes;
    }

    private static IReadOnlyList<ObjectKey> PrefixesOf(RetentionMarkRow mark) => mark.Kind switch
    {
        RetentionKind.Run => [ObjectKeys.AllOf(RunId.From(mark.Id))],
        RetentionKind.Data => [ObjectKeys.AllOf(ConfigHash.From(mark.Id))],
        RetentionKind.Source => [ObjectKeys.Source(mark.Id)],
        _ => ObjectKeys.AllOf(Identifier.From(mark.Id)),
    };

    [LoggerMessage(EventName = "retention_pruned", Level = LogLevel.Information, Message = "{things} of kind {kind} were pruned")]
    private static partial void LogPruned(ILogger logger, RetentionKind kind, int things);

    [LoggerMessage(EventName = "retention_freed", Level = LogLevel.Information, Message = "{bytes} bytes were removed from the store")]
    private static partial void LogFreed(ILogger logger, long bytes);
}
