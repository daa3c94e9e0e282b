namespace FLTS.Modules.Monitoring.Live;

/// <summary>Things by their key within a bound on memory; those that were not asked for the longest go. For one caller at a time.</summary>
/// <typeparam name="TKey">Of a thing.</typeparam>
/// <typeparam name="TThing">The thing.</typeparam>
/// <param name="mostBytes">That all hold together; those that were asked for since <see cref="BeginUse"/> stay whatever they hold.</param>
/// <param name="bytesOf">That one holds.</param>
internal sealed class KeptWithin<TKey, TThing>(long mostBytes, Func<TThing, long> bytesOf)
    where TKey : notnull
    where TThing : class
{
    private readonly Dictionary<TKey, (TThing Thing, long Use)> _kept = [];
    private long _uses, _began;

    /// <summary>What is asked for from here on is in use.</summary>
    public void BeginUse() => _began = _uses + 1;

    /// <summary>Null: it is not kept.</summary>
    public TThing? Find(TKey key)
    {
        if (!_kept.TryGetValue(key, out var found))
            return null;
        _kept[key] = (found.Thing, ++_uses);
        return found.Thing;
    }

    /// <summary>Keeps one, in the place of what has its key.</summary>
    public TThing Keep(TKey key, TThing thing)
    {
        Forget(key);
        _kept[key] = (thing, ++_uses);
        var bytes = _kept.Values.Sum(k => bytesOf(k.Thing));
        foreach (var (old, (kept, _)) in _kept.Where(k => k.Value.Use < _began).OrderBy(k => k.Value.Use).ToList())
        {
            if (bytes <= mostBytes)
                break;
            bytes -= bytesOf(kept);
            Forget(old);
        }

        return thing;
    }

    /// <summary>Lets one go.</summary>
    public void Forget(TKey key)
    {
        if (_kept.Remove(key, out var gone))
            (gone.Thing as IDisposable)?.Dispose();
    }
}
