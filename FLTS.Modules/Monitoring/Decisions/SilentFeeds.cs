using FLTS.Modules.Monitoring.Settings;
using FLTS.Modules.Registry.Live;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Monitoring.Decisions;

/// <summary>
/// Looks at stations to which nothing comes: scoring follows rows, and would never notice. Whoever else looks notices the same, and one
/// row says it.
/// </summary>
internal sealed class SilentFeeds(
    LiveReader live,
    LiveDecisions decisions,
    MonitoringOptions options,
    TimeProvider time,
    IStartupGate gate,
    ILogger<SilentFeeds> logger)
    : WakeableLoop(gate, TimeSpan.FromSeconds(options.FeedSeconds), logger)
{
    /// <summary>Steps without a row before which no feed is silent.</summary>
    private const int LeastSteps = 2;

    /// <summary>Until a station is looked at again of which too little is known, or all is said.</summary>
    private static readonly TimeSpan _rest = TimeSpan.FromMinutes(10);

    private readonly Dictionary<Identifier, (DateTimeOffset KnownAt, DateTimeOffset Next)> _looked = [];

    internal override async Task LookAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        foreach (var (identifier, station) in await live.StationsAsync(cancellation))
        {
            if (station.KnownAt is not { } known
                || station.Step is null
                || now - known <= LeastSteps * LiveKeeping.StepOf(station).Duration
                || (_looked.TryGetValue(identifier, out var last) && last.KnownAt == known && now <= last.Next))
                continue;

            _looked[identifier] = (known, await decisions.LookForSilenceAsync(identifier, now, cancellation) ?? now + _rest);
        }
    }
}
