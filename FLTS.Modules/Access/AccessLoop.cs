using FLTS.Modules.Registry.Access;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Access;

/// <summary>Writes what requests do not wait for, and forgets what has ended.</summary>
internal sealed partial class AccessLoop(
    AuditTrail trail, KnownKeys known, AccessStores stores, AccessOptions options, TimeProvider time, IStartupGate gate,
    ILogger<AccessLoop> logger) : WakeableLoop(gate, _interval, logger)
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _cleaning = TimeSpan.FromMinutes(10);

    private DateTimeOffset _cleaned;

    /// <summary>What was counted last is written before the process ends.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await trail.WriteCountsAsync(cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogLost(logger, e);
        }
    }

    internal override async Task LookAsync(CancellationToken cancellation)
    {
        await trail.WriteCountsAsync(cancellation);
        foreach (var (id, at) in known.TakeUsed())
            await stores.Keys.UsedAsync(id, at, cancellation);

        var now = time.GetUtcNow();
        if (now - _cleaned < _cleaning)
            return;

        _cleaned = now;
        await stores.Sessions.RemoveEndedAsync(now.AddHours(-options.SessionIdleHours), cancellation);
        await stores.Audit.RemoveAsync(now.AddDays(-options.AuditDays), cancellation);
        await stores.Keys.RemoveEndedAsync(now.AddDays(-options.AuditDays), cancellation);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Counted calls of the last seconds are not in the audit")]
    private static partial void LogLost(ILogger logger, Exception exception);
}

/// <summary>The rows that it keeps short.</summary>
internal sealed record AccessStores(KeyStore Keys, SessionStore Sessions, AuditStore Audit);
