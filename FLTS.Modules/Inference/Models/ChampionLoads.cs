using System.Collections.Concurrent;
using FLTS.Modules.Registry.Ledger;
using FLTS.Modules.Registry.Schema;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Inference.Models;

/// <summary>
/// Loads champions beside what is served and swaps them in at once: when the ledger names another, and when one is asked for that is not
/// loaded. Whoever asks for the same one meanwhile waits for the same loading.
/// </summary>
internal sealed partial class ChampionLoads(
    ServedModelLoader loader, ModelSlots slots, TimeProvider time, ILogger<ChampionLoads> logger)
{
    /// <summary>One that cannot be loaded is not tried for every request.</summary>
    private static readonly TimeSpan _remembered = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<ServedChampion, Lazy<Task>> _loading = new();
    private readonly ConcurrentDictionary<Identifier, long> _failed = new();

    /// <summary>From the ledger's line to a model.</summary>
    public ServedModelLoader Loader => loader;

    /// <summary>The model of an identifier, counted as in use; the caller releases it.</summary>
    /// <exception cref="UnavailableException">There is none, or it cannot be loaded.</exception>
    /// <exception cref="InvalidInputException">None is named and there are several.</exception>
    /// <exception cref="NotFoundException">The one named is not served.</exception>
    public ValueTask<ServedModel> TakeAsync(Identifier? identifier, CancellationToken cancellation) =>
        slots.TryTake(identifier, out var due) is { } model ? new(model) : new(LoadAndTakeAsync(due!, cancellation));

    /// <summary>Puts a champion in force. One that cannot be loaded leaves what is served, and is told as refused.</summary>
    public Task LoadAsync(ServedChampion champion, CancellationToken cancellation) =>
        JoinAsync(champion, cancellation, ofWaiting: CancellationToken.None);

    private async Task JoinAsync(ServedChampion champion, CancellationToken ofLoading, CancellationToken ofWaiting)
    {
        var loading = _loading.GetOrAdd(champion, c => new Lazy<Task>(() => LoadOnceAsync(c, ofLoading)));
        try
        {
            await loading.Value.WaitAsync(ofWaiting);
        }
        finally
        {
            if (loading.Value.IsCompleted)
                _loading.TryRemove(KeyValuePair.Create(champion, loading));
        }
    }

    private async Task<ServedModel> LoadAndTakeAsync(ServedChampion due, CancellationToken cancellation)
    {
        while (true)
        {
            if (_failed.TryGetValue(due.Identifier, out var at) && time.GetElapsedTime(at) < _remembered
                && slots.Refused.TryGetValue(due.Identifier, out var reason))
            {
                throw new UnavailableException($"The model of '{due.Identifier}' cannot be loaded: {reason}");
            }

            // Not ended with the request: others may wait for it.
            await JoinAsync(due, ofLoading: CancellationToken.None, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellation.ThrowIfCancellationRequested();
            if (slots.TryTake(due.Identifier, out var still) is { } model)
                return model;

            due = still!;
        }
    }

    private async Task LoadOnceAsync(ServedChampion champion, CancellationToken cancellation)
    {
        if (!slots.Refused.ContainsKey(champion.Identifier))
            LogStart(logger, champion.RunId, champion.Identifier, champion.ConfigHash, champion.Version);
        FaultPoint.Reach("serve.before-load");
        var clock = time.GetTimestamp();
        try
        {
            var model = await LoadModelAsync(champion, cancellation);
            FaultPoint.Reach("serve.loaded");
            slots.Remember(model);
            var swapped = slots.Swap(model);
            FaultPoint.Reach("serve.swapped");
            LogLoaded(
                logger,
                champion.RunId,
                champion.ModelType,
                champion.Identifier,
                champion.ConfigHash,
                champion.Version,
                time.GetElapsedTime(clock).TotalMilliseconds);
            if (swapped)
                LogSwap(logger, champion.RunId, champion.Identifier, champion.ConfigHash, champion.Version);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            // One that cannot be loaded keeps no other from being served.
            _failed[champion.Identifier] = time.GetTimestamp();
            if (slots.Refuse(champion.Identifier, e.Message))
                LogFailed(logger, champion.RunId, champion.Identifier, champion.ConfigHash, e.Message, e is FltsException ? null : e);
        }
    }

    /// <summary>Until the ledger was read once, and where the database is away, from what this machine has.</summary>
    private async Task<ServedModel> LoadModelAsync(ServedChampion champion, CancellationToken cancellation)
    {
        if (!slots.HasLedger)
            return await loader.LoadFromCacheAsync(champion, cancellation);

        try
        {
            return await loader.LoadAsync(champion, cancellation);
        }
        catch (Exception e) when (DatabaseFaults.IsPassing(e) && !slots.Holds(champion.Identifier))
        {
            return await loader.LoadFromCacheAsync(champion, cancellation);
        }
    }

    [LoggerMessage(
        EventName = "model_load_start",
        Level = LogLevel.Information,
        Message = "Loading run {run_id} as version {version} (identifier {identifier}, config_hash {config_hash})")]
    private static partial void LogStart(ILogger logger, RunId run_id, Identifier identifier, ConfigHash config_hash, int version);

    [LoggerMessage(
        EventName = "model_loaded",
        Level = LogLevel.Information,
        Message = "{model_type} run {run_id} is served as version {version}, loaded in {milliseconds:0} ms (identifier {identifier}, "
            + "config_hash {config_hash})")]
    private static partial void LogLoaded(
        ILogger logger, RunId run_id, string model_type, Identifier identifier, ConfigHash config_hash, int version, double milliseconds);

    [LoggerMessage(
        EventName = "model_swap",
        Level = LogLevel.Information,
        Message = "Run {run_id} replaced the model before it as version {version} (identifier {identifier}, config_hash {config_hash})")]
    private static partial void LogSwap(ILogger logger, RunId run_id, Identifier identifier, ConfigHash config_hash, int version);

    [LoggerMessage(
        EventName = "model_load_failed",
        Level = LogLevel.Error,
        Message = "Run {run_id} cannot be loaded, tried again: {reason} (identifier {identifier}, config_hash {config_hash})")]
    private static partial void LogFailed(
        ILogger logger, RunId run_id, Identifier identifier, ConfigHash config_hash, string reason, Exception? exception);
}
