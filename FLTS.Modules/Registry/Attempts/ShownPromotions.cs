using System.Collections.Concurrent;

namespace FLTS.Modules.Registry.Attempts;

/// <summary>
/// Promotions that this process has told somebody of, so that it serves them when it is asked next: by their event alone it would say
/// for some moments that a model is in force and answer by the one before it.
/// </summary>
internal sealed class ShownPromotions
{
    private readonly ConcurrentDictionary<Identifier, DateTimeOffset> _newest = new();

    private long _count;

    /// <summary>Rises with every promotion that is newer than those shown before of its identifier.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>Called before the answer that shows it is given.</summary>
    public void Note(Identifier identifier, DateTimeOffset since)
    {
        var isNewer = true;
        _newest.AddOrUpdate(identifier, since, (_, known) =>
        {
            isNewer = since > known;
            return isNewer ? since : known;
        });
        if (isNewer)
            Interlocked.Increment(ref _count);
    }
}
