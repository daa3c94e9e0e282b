using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using FLTS.Modules.Registry.Access;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Access;

/// <summary>
/// Writes down who changed what: each call before it is carried out, its answer before that is sent; what programs send many times a second
/// is counted here and written every few seconds.
/// </summary>
internal sealed partial class AuditTrail : IAudit
{
    private readonly ConcurrentDictionary<AlikeCalls, long> _counts = new();
    private readonly AuditStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger<AuditTrail> _logger;
    private readonly LabelledCounter _refused;

    public AuditTrail(AuditStore store, TimeProvider time, IMeterFactory meters, ILogger<AuditTrail> logger)
    {
        (_store, _time, _logger) = (store, time, logger);
        _refused = new LabelledCounter(
            meters.Create(FltsTelemetry.MeterOf("Access")),
            "flts_access_refused_total",
            "Requests that this process did not let in, by reason.",
            ["reason"],
            KeyRefusals.All.Select(r => new[] { r }));
    }

    public Task<string> BeginAsync(AuditedCall audited, CancellationToken cancellation) => _store.AddAsync(audited, cancellation);

    public async Task EndAsync(string id, int status)
    {
        try
        {
            await _store.EndAsync(id, status, CancellationToken.None);
        }
        catch (Exception e)
        {
            LogNotEnded(_logger, id, status, e); // It was carried out: its answer must not become another one.
        }
    }

    public void Count(AuditedCall audited, int status)
    {
        var now = _time.GetUtcNow();
        var hour = new DateTimeOffset(now.Year, now.Month, now.Day, now.Hour, 0, 0, TimeSpan.Zero);
        var (caller, method, path) = (audited.Caller, audited.Method, audited.Path);
        _counts.AddOrUpdate(new AlikeCalls(hour, caller.Id, caller.Name, audited.Via, method, path, status), 1, (_, count) => count + 1);
    }

    public void Refused(string reason, IPAddress? from)
    {
        _refused.Add(1, reason);
        if (reason is KeyRefusals.WrongKey or KeyRefusals.Ended or KeyRefusals.Origin)
            LogRefused(_logger, reason, from);
    }

    /// <summary>Writes what was counted since.</summary>
    public async Task WriteCountsAsync(CancellationToken cancellation)
    {
        foreach (var counted in _counts)
        {
            if (!_counts.TryRemove(counted.Key, out var calls))
                continue;
            try
            {
                await _store.CountAsync(counted.Key, calls, cancellation);
            }
            catch
            {
                _counts.AddOrUpdate(counted.Key, calls, (_, count) => count + calls); // With the next ones.
                throw;
            }
        }
    }

    [LoggerMessage(EventId = 1, EventName = "access_refused", Level = LogLevel.Warning, Message = "Not let in: {reason}, from {address}")]
    private static partial void LogRefused(ILogger logger, string reason, IPAddress? address);

    [LoggerMessage(Level = LogLevel.Error, Message = "The audit's entry {id} could not be ended with {status}")]
    private static partial void LogNotEnded(ILogger logger, string id, int status, Exception exception);
}
