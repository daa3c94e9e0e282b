namespace FLTS.Host.Hosting;

/// <summary>How each part is: looked at for <c>/readyz</c>, and as it was a short while ago for <c>/metrics</c>.</summary>
internal sealed class PartStates(IEnumerable<IPart> parts, StartupGate gate, TimeProvider time)
{
    private static readonly TimeSpan _checkLimit = TimeSpan.FromSeconds(3);

    /// <summary>However many scrape, and how often: no part is looked at more often than this for them.</summary>
    private static readonly TimeSpan _kept = TimeSpan.FromSeconds(15);

    private readonly List<IPart> _parts = [.. parts];
    private readonly Lock _lock = new();
    private Task<IReadOnlyDictionary<string, PartState>>? _last;
    private long _lastAt;

    /// <summary>Whether a process that has begun does its work without it too.</summary>
    public bool IsDispensable(string name) => _parts.Exists(p => p.Name == name && p.IsDispensable);

    /// <summary>Looks at every part now; before the gate opens, as each was last proven.</summary>
    public async Task<IReadOnlyDictionary<string, PartState>> CheckAsync(CancellationToken cancellation) => gate.IsOpen
        ? (await Task.WhenAll(_parts.Select(p => CheckAsync(p, cancellation)))).ToDictionary(c => c.Name, c => c.State)
        : gate.States;

    /// <summary>1 for each part that works, 0 for one that is away.</summary>
    public async Task<RowGauge> GaugeAsync(CancellationToken cancellation)
    {
        var states = gate.IsOpen ? await RecentAsync().WaitAsync(cancellation) : gate.States;
        return new RowGauge(
            "flts_part_ready",
            "1 for each part that this process needs and that works, 0 while it is away.",
            [.. states.Select(s => (Named(s.Key), s.Value.State == "ok" ? 1.0 : 0.0))]);
    }

    private static IReadOnlyList<(string Label, string Value)> Named(string part) => [("part", part)];

    private Task<IReadOnlyDictionary<string, PartState>> RecentAsync()
    {
        lock (_lock)
        {
            if (_last is null || time.GetElapsedTime(_lastAt) >= _kept)
                (_last, _lastAt) = (CheckAsync(CancellationToken.None), time.GetTimestamp()); // Who scrapes may go; others read it too.

            return _last;
        }
    }

    private static async Task<(string Name, PartState State)> CheckAsync(IPart part, CancellationToken cancellation)
    {
        try
        {
            await part.CheckAsync(cancellation).WaitAsync(_checkLimit, cancellation);
            return (part.Name, new PartState("ok", null));
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            return (
                part.Name,
                new PartState(
                    "unavailable", e is TimeoutException ? $"no answer within {_checkLimit.TotalSeconds} s" : StartupGate.Reason(e)));
        }
    }
}
