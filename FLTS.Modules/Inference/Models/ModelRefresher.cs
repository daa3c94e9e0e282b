using FLTS.Modules.Inference.Settings;
using FLTS.Modules.Registry.Ledger;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Inference.Models;

/// <summary>Keeps what is served equal to the ledger: at start, on a promotion, and by looking every few seconds.</summary>
internal sealed class ModelRefresher(
    ChampionLoads loads,
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

    /// <summary>A start must not take minutes where there are thousands of champions.</summary>
    private const int MostUnasked = 100;

    private readonly SemaphoreSlim _one = new(1, 1);

    private long _seen;

    /// <summary>
    /// Waits where this process has told of a promotion that it could not serve in time: whoever saw it is not answered by the model before
    /// without another try.
    /// </summary>
    public async ValueTask CatchUpAsync(CancellationToken cancellation)
    {
        var shown = loads.Loader.Shown.Ahead;
        if (Interlocked.Read(ref _seen) >= shown)
            return;

        if (!await TryFollowAsync(shown, cancellation))
        {
            cancellation.ThrowIfCancellationRequested();
            Interlocked.Exchange(ref _seen, shown); // What is served answers; the loop looks again and tells what is wrong.
        }
    }

    /// <summary>
    /// Puts what the ledger says in the place of what is served otherwise, but where another has seen as much meanwhile; what is not loaded
    /// is when it is asked for. False: it did not come to its end for as long as one may be held up.
    /// </summary>
    private async Task<bool> TryFollowAsync(long shown, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(_longestWait, time);
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            await _one.WaitAsync(waiting.Token);
            try
            {
                if (Interlocked.Read(ref _seen) < shown)
                    await FollowAsync(c => IsDue(c) && slots.Holds(c.Identifier), waiting.Token);
            }
            finally
            {
                _one.Release();
            }

            return true;
        }
        catch (Exception) // Of the database, or of whoever takes too long: the loop tells it.
        {
            return false;
        }
    }

    public override void Dispose()
    {
        _one.Dispose();
        base.Dispose();
    }

    /// <summary>Loads every champion that is not the one served, and those of which nothing is, as far as there is room.</summary>
    internal override async Task LookAsync(CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            var champions = await FollowAsync(IsDue, cancellation);
            Note(champions);
            slots.Settle();
            foreach (var model in slots.All)
                await loads.Loader.LookForNewerRowsAsync(model, cancellation);
            await loads.Loader.LookForIntervalsAsync([.. slots.All], cancellation);
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task<List<ServedChampion>> FollowAsync(Func<ServedChampion, bool> isWanted, CancellationToken cancellation)
    {
        var shown = loads.Loader.Shown.Ahead;
        var champions = await loads.Loader.ChampionsAsync(cancellation);
        slots.KnowLedger(champions);
        foreach (var champion in champions.Where(isWanted))
            await loads.LoadAsync(champion, cancellation);

        Interlocked.Exchange(ref _seen, shown);
        return champions;
    }

    /// <summary>Does not wait for the gate: what this machine served before it stopped needs neither database nor store.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        loads.Loader.Shown.Serve = waiting => TryFollowAsync(long.MaxValue, waiting);
        await Task.Yield(); // The host starts one service after the other.
        var noted = records.Read();
        slots.Know(noted);
        foreach (var record in noted.Where(IsDue))
            await loads.LoadAsync(record, stoppingToken);

        await base.ExecuteAsync(stoppingToken);
    }

    /// <summary>What is loaded must be what the ledger says. Of what is not the first are loaded before anybody asks for them.</summary>
    private bool IsDue(ServedChampion champion) =>
        !slots.Serves(champion.Identifier, champion.Version)
        && (slots.Holds(champion.Identifier) || (slots.Loaded < MostUnasked && slots.HasRoom));

    /// <summary>Where a champion was refused: what is served in its place, as it was noted when it was loaded.</summary>
    private void Note(List<ServedChampion> champions)
    {
        var noted = records.Read().DistinctBy(r => r.Identifier).ToDictionary(r => r.Identifier);
        var served = champions.Select(c =>
            slots.Refused.ContainsKey(c.Identifier) && !slots.Serves(c.Identifier, c.Version)
                ? noted.GetValueOrDefault(c.Identifier, c)
                : c).ToList();
        if (!served.ToHashSet().SetEquals(noted.Values))
            records.Write(served);
    }
}
