using FLTS.Modules.Inference.Settings;
using FLTS.Modules.Registry.Ledger;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Inference.Models;

/// <summary>Keeps what is served equal to the ledger: at start, on a promotion, and by looking every few seconds.</summary>
internal sealed partial class ModelRefresher(
    ServedModelLoader loader,
    ModelSlots slots,
    ServedRecords records,
    IStartupGate gate,
    InferenceOptions options,
    TimeProvider time,
    ILogger<ModelRefresher> logger)
    : WakeableLoop(gate, TimeSpan.FromSeconds(options.RefreshSeconds), logger)
{
    /// <summary>A store that hangs must not hold those who are served.</summary>
    private static readonly TimeSpan _longestWait = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _one = new(1, 1);

    private long _seen;

    /// <summary>
    /// Waits until what this process has shown as promoted is served, or cannot be: whoever saw it is not answered by the model before.
    /// </summary>
    public async ValueTask CatchUpAsync(CancellationToken cancellation)
    {
        var shown = loader.PromotionsShown;
        if (Interlocked.Read(ref _seen) >= shown)
            return;

        using var limit = new CancellationTokenSource(_longestWait, time);
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            await _one.WaitAsync(waiting.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return;
        }

        try
        {
            if (Interlocked.Read(ref _seen) < shown)
                await LookOnceAsync(waiting.Token);
        }
        catch (Exception) when (!cancellation.IsCancellationRequested)
        {
            Interlocked.Exchange(ref _seen, shown); // What is served answers; the loop looks again and tells what is wrong.
        }
        finally
        {
            _one.Release();
        }
    }

    public override void Dispose()
    {
        _one.Dispose();
        base.Dispose();
    }

    /// <summary>Loads every champion that is not the one served.</summary>
    internal override async Task LookAsync(CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            await LookOnceAsync(cancellation);
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task LookOnceAsync(CancellationToken cancellation)
    {
        var shown = loader.PromotionsShown;
        var champions = await loader.ChampionsAsync(cancellation);
        slots.Promoted = champions.Count;
        var due = champions.Where(c => !slots.Serves(c.Identifier, c.Version)).ToList();
        foreach (var champion in due)
            await LoadAsync(champion, loader.LoadAsync, cancellation);

        Interlocked.Exchange(ref _seen, shown);
        if (due.Count > 0)
            records.Write(Served(champions));

        slots.Settle();
        foreach (var model in slots.All)
            await loader.LookForNewerRowsAsync(model, cancellation);
    }

    /// <summary>Does not wait for the gate: what this machine served before it stopped needs neither database nor store.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // The host starts one service after the other.
        foreach (var record in records.Read())
            await LoadAsync(record, loader.LoadFromCacheAsync, stoppingToken);

        await base.ExecuteAsync(stoppingToken);
    }

    /// <summary>Where a champion was refused: what is served in its place, as it was noted when it was loaded.</summary>
    private List<ServedChampion> Served(List<ServedChampion> champions)
    {
        var noted = records.Read();
        return [.. champions.Select(c =>
            slots.Serves(c.Identifier, c.Version) ? c : noted.FirstOrDefault(r => r.Identifier == c.Identifier) ?? c)];
    }

    private async Task LoadAsync(
        ServedChampion champion, Func<ServedChampion, CancellationToken, Task<ServedModel>> load, CancellationToken cancellation)
    {
        if (!slots.Refused.ContainsKey(champion.Identifier))
            LogStart(logger, champion.RunId, champion.Identifier, champion.ConfigHash, champion.Version);
        FaultPoint.Reach("serve.before-load");
        var clock = time.GetTimestamp();
        try
        {
            var model = await load(champion, cancellation);
            FaultPoint.Reach("serve.loaded");
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
            if (!swapped)
                return;

            LogSwap(logger, champion.RunId, champion.Identifier, champion.ConfigHash, champion.Version);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            // One that cannot be loaded keeps no other from being served.
            if (slots.Refuse(champion.Identifier, e.Message))
                LogFailed(logger, champion.RunId, champion.Identifier, champion.ConfigHash, e.Message, e is FltsException ? null : e);
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
