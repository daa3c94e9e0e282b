using System.Collections.Concurrent;

namespace FLTS.Modules.Inference.Models;

/// <summary>One model an identifier; swapped whole.</summary>
internal sealed class ModelSlots : IServingState, IDisposable
{
    private const string NoneLoaded = "No model is loaded yet: start a pipeline (POST /pipelines) and wait until it is promoted.";

    /// <summary>Written only when a pipeline names it; answers where nothing else is named.</summary>
    private static readonly Identifier _global = new("global");

    private readonly ConcurrentDictionary<Identifier, ServedModel> _models = new();

    private readonly ConcurrentDictionary<Identifier, string> _refused = new();

    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private volatile bool _isOver;

    private long _swaps;

    public int Loaded => _models.Count;

    /// <summary>Models replaced by another version so far.</summary>
    public long Swaps => Interlocked.Read(ref _swaps);

    public int Promoted { get; set; }

    public IReadOnlyDictionary<Identifier, string> Refused => _refused;

    public Task Settled => _settled.Task;

    public IEnumerable<ServedModel> All => _models.Values.OrderBy(m => m.Identifier.Value, StringComparer.Ordinal);

    /// <summary>Whether exactly this is served, and whole.</summary>
    public bool Serves(Identifier identifier, int version) =>
        _models.TryGetValue(identifier, out var model) && model.Version == version && !model.IsFromCache;

    /// <summary>Every champion was looked at once.</summary>
    public void Settle() => _settled.TrySetResult();

    /// <summary>A champion cannot be loaded; what was served for the identifier before it still is.</summary>
    /// <returns>False: this was said already.</returns>
    public bool Refuse(Identifier identifier, string reason)
    {
        var isNew = !_refused.TryGetValue(identifier, out var said) || said != reason;
        _refused[identifier] = reason;
        return isNew;
    }

    /// <summary>Puts a model in force; the one before it goes when its last request has answered.</summary>
    /// <returns>True when it replaced another version.</returns>
    public bool Swap(ServedModel model)
    {
        ServedModel? before = null;

        // Both ways say what was before: one that was seen and gone in between is not ours to release.
        _models.AddOrUpdate(model.Identifier, _ => After(null), (_, old) => After(old));
        before?.Release();
        _refused.TryRemove(model.Identifier, out _);
        if (_isOver)
            Empty();
        var isSwap = before is not null && before.Version != model.Version;
        if (isSwap)
            Interlocked.Increment(ref _swaps);
        return isSwap;

        ServedModel After(ServedModel? old)
        {
            before = old;
            return model;
        }
    }

    /// <summary>The model of an identifier, counted as in use; the caller releases it.</summary>
    /// <exception cref="UnavailableException">No model is loaded.</exception>
    /// <exception cref="InvalidInputException">None is named and there are several.</exception>
    /// <exception cref="NotFoundException">The one named is not served.</exception>
    public ServedModel Take(Identifier? identifier)
    {
        while (true)
        {
            if (Find(identifier) is { } model && model.TryAcquire())
                return model;
        }
    }

    /// <summary>A model that comes after it is freed at once.</summary>
    public void Dispose()
    {
        _isOver = true;
        Empty();
    }

    /// <summary>Whoever takes a model out releases it: nobody else can.</summary>
    private void Empty()
    {
        foreach (var identifier in _models.Keys)
        {
            if (_models.TryRemove(identifier, out var model))
                model.Release();
        }
    }

    private ServedModel Find(Identifier? identifier)
    {
        if (identifier is { } asked)
        {
            return _models.TryGetValue(asked, out var named) ? named
                : _models.IsEmpty ? throw NoModel()
                : throw new NotFoundException($"No model is served for '{asked}'; served are {Names()}.");
        }

        var models = _models.Values.ToArray();
        return models.Length switch
        {
            0 => throw NoModel(),
            1 => models[0],
            _ =>
                models.FirstOrDefault(m => m.Identifier == _global)
                ?? throw new InvalidInputException($"Several models are served: name one as 'identifier'. Served are {Names()}."),
        };
    }

    private static UnavailableException NoModel() => new(NoneLoaded) { ForStrangers = NoneLoaded };

    private string Names() => string.Join(", ", _models.Keys.Select(k => k.Value).Order(StringComparer.Ordinal));
}
