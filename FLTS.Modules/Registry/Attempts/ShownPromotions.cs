using System.Collections.Concurrent;

namespace FLTS.Modules.Registry.Attempts;

/// <summary>
/// Promotions that this process tells somebody of. It serves them before it tells: by their event alone it would say for some moments that
/// a model is in force and answer by the one before it. Whoever is told waits for that, and nobody who asks for a forecast.
/// </summary>
internal sealed class ShownPromotions
{
    private readonly ConcurrentDictionary<Identifier, DateTimeOffset> _newest = new();

    private long _ahead;

    /// <summary>
    /// Serves what the ledger says now. False: it could not in time, and a promotion is told of all the same. Set by who serves; null:
    /// nobody in this process does.
    /// </summary>
    public Func<CancellationToken, Task<bool>>? Serve { get; set; }

    /// <summary>Rises with every promotion that was told of and may not be served yet.</summary>
    public long Ahead => Interlocked.Read(ref _ahead);

    /// <summary>Called before the answer that shows it is given.</summary>
    /// <param name="promotion">The newest of an identifier.</param>
    /// <param name="cancellation">Ends the waiting; it counts as told.</param>
    public Task ShowAsync((Identifier Identifier, DateTimeOffset Since) promotion, CancellationToken cancellation) =>
        ShowAsync([promotion], cancellation);

    /// <summary>The same of several.</summary>
    public async Task ShowAsync(IEnumerable<(Identifier Identifier, DateTimeOffset Since)> promotions, CancellationToken cancellation)
    {
        var newer = promotions.Where(p => !_newest.TryGetValue(p.Identifier, out var known) || p.Since > known).ToList();
        if (newer.Count == 0)
            return;

        if (Serve is not { } serve || !await serve(cancellation))
            Interlocked.Increment(ref _ahead);
        foreach (var (identifier, since) in newer)
            _newest.AddOrUpdate(identifier, since, (_, known) => since > known ? since : known);
    }
}
