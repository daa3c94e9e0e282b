using System.Collections.Concurrent;
using FLTS.Modules.Registry.Artifacts;
using FLTS.Modules.Registry.Ledger;

namespace FLTS.Modules.Inference.Models;

/// <summary>
/// The champions that are known, and of those that are loaded one model an identifier; swapped whole. Beyond a bound on memory the models
/// that were not asked for the longest go.
/// </summary>
/// <param name="mostBytes">That models may hold together; one is kept whatever it holds.</param>
internal sealed class ModelSlots(long mostBytes = long.MaxValue) : IDisposable
{
    /// <summary>Of names, in a message.</summary>
    private const int MostTold = 20;

    private const string NoneLoaded = "No model is loaded yet: start a pipeline (POST /pipelines) and wait until it is promoted.";

    /// <summary>Written only when a pipeline names it; answers where nothing else is named.</summary>
    private static readonly Identifier _global = new("global");

    private readonly ConcurrentDictionary<Identifier, ServedModel> _models = new();

    private readonly ConcurrentDictionary<Identifier, ServedChampion> _known = new();

    private readonly ConcurrentDictionary<Identifier, string> _refused = new();

    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly Lock _room = new();

    private volatile bool _isOver;

    private long _swaps;

    private long _uses;

    public int Loaded => _models.Count;

    /// <summary>Models replaced by another version so far.</summary>
    public long Swaps => Interlocked.Read(ref _swaps);

    public int Promoted { get; private set; }

    /// <summary>Whether the ledger was read since this process began.</summary>
    public bool HasLedger { get; private set; }

    public IReadOnlyDictionary<Identifier, string> Refused => _refused;

    public Task Settled => _settled.Task;

    public IEnumerable<ServedModel> All => _models.Values.OrderBy(m => m.Identifier.Value, StringComparer.Ordinal);

    /// <summary>Whether exactly this is served, and whole.</summary>
    public bool Serves(Identifier identifier, int version) =>
        _models.TryGetValue(identifier, out var model) && model.Version == version && !model.IsFromCache;

    /// <summary>Whether a model is loaded for it, of whatever version.</summary>
    public bool Holds(Identifier identifier) => _models.ContainsKey(identifier);

    /// <summary>Whether one more of those that are loaded would fit.</summary>
    public bool HasRoom
    {
        get
        {
            var sizes = _models.Values.Select(m => m.Bytes).DefaultIfEmpty().ToList();
            return sizes.Sum() + sizes.Max() <= mostBytes;
        }
    }

    /// <summary>Lets a model that is to take another's place keep that one warm for a rollback.</summary>
    public void Remember(ServedModel next)
    {
        if (_models.TryGetValue(next.Identifier, out var replaced))
            next.Remember(replaced);
    }

    /// <summary>Champions that can be asked for, loaded or not: those that were noted, until the ledger can be read.</summary>
    public void Know(IEnumerable<ServedChampion> champions)
    {
        foreach (var champion in champions)
            _known[champion.Identifier] = champion;
    }

    /// <summary>The same, as the ledger has them.</summary>
    public void KnowLedger(IReadOnlyCollection<ServedChampion> champions)
    {
        Know(champions);
        Promoted = champions.Count;
        HasLedger = true;
    }

    /// <summary>The model of a run where it is loaded already, also as another's member; the caller disposes it. Null: it is not.</summary>
    public LoadedModel? Share(RunId runId, int attempt) => _models.Values
        .SelectMany(m => new[] { m.Loaded, m.Before })
        .SelectMany(l => l?.All ?? [])
        .FirstOrDefault(l => l.Manifest.RunId == runId && l.Manifest.Attempt == attempt && l.TryShare());

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
        Use(model);

        // Both ways say what was before: one that was seen and gone in between is not ours to release.
        _models.AddOrUpdate(model.Identifier, _ => After(null), (_, old) => After(old));
        before?.Release();
        _refused.TryRemove(model.Identifier, out _);
        if (_isOver)
            Empty();
        else
            MakeRoom(model);
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
    public ServedModel Take(Identifier? identifier) => TryTake(identifier, out _)
        ?? throw new UnavailableException($"The model of '{identifier}' is not loaded now.");

    /// <summary>The same; null: it is to be loaded first.</summary>
    public ServedModel? TryTake(Identifier? identifier, out ServedChampion? due)
    {
        due = null;
        while (true)
        {
            var found = Find(identifier);
            if (!_models.TryGetValue(found, out var model))
                return _known.TryGetValue(found, out due) ? null : throw NoModel();
            if (!model.TryAcquire())
                continue;

            Use(model);
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

    private void Use(ServedModel model) => model.LastUse = Interlocked.Increment(ref _uses);

    /// <summary>First go the models kept for rollbacks, then those that were not asked for the longest.</summary>
    private void MakeRoom(ServedModel newest)
    {
        lock (_room)
        {
            var all = _models.Values.OrderBy(m => m.LastUse).ToList();
            var bytes = all.Sum(m => m.Bytes);
            foreach (var model in all.TakeWhile(_ => bytes > mostBytes))
            {
                bytes -= model.Before?.Bytes ?? 0;
                model.ForgetBefore();
            }

            foreach (var model in all.Where(m => m != newest).TakeWhile(_ => bytes > mostBytes))
            {
                bytes -= model.Bytes;
                if (_models.TryRemove(KeyValuePair.Create(model.Identifier, model)))
                    model.Release();
            }
        }
    }

    private Identifier Find(Identifier? identifier)
    {
        if (identifier is { } asked)
        {
            return IsServed(asked) ? asked
                : _models.IsEmpty && _known.IsEmpty ? throw NoModel()
                : throw new NotFoundException($"No model is served for '{asked}'; served are {Names()}.");
        }

        if (IsServed(_global))
            return _global;
        var served = Served().Take(2).ToList();
        return served.Count switch
        {
            0 => throw NoModel(),
            1 => served[0],
            _ => throw new InvalidInputException($"Several models are served: name one as 'identifier'. Served are {Names()}."),
        };
    }

    private bool IsServed(Identifier identifier) => _models.ContainsKey(identifier) || _known.ContainsKey(identifier);

    /// <summary>What is known is more than what is loaded, but for what was noted before the ledger could be read.</summary>
    private IEnumerable<Identifier> Served() => _models.Select(m => m.Key).Concat(_known.Select(c => c.Key)).Distinct();

    private static UnavailableException NoModel() => new(NoneLoaded) { ForStrangers = NoneLoaded };

    private string Names()
    {
        var names = Served().Select(k => k.Value).Order(StringComparer.Ordinal).ToList();
        var told = string.Join(", ", names.Take(MostTold));
        return names.Count > MostTold ? $"{told} and {names.Count - MostTold} more (GET /champions)" : told;
    }
}
