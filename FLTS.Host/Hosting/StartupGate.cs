namespace FLTS.Host.Hosting;

/// <summary>
/// Proves every part, again and again until all work, then opens. Until then <c>/readyz</c> says what is missing and why.
/// </summary>
internal sealed partial class StartupGate(IEnumerable<IPart> parts, TimeProvider time, ILogger<StartupGate> logger)
    : BackgroundService, IStartupGate
{
    private static readonly TimeSpan _longestWait = TimeSpan.FromSeconds(10);

    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, PartState> _states = parts.ToDictionary(p => p.Name, _ => new PartState("starting", null));

    public bool IsOpen => _opened.Task.IsCompletedSuccessfully;

    /// <summary>State of each part as it was last proven.</summary>
    public IReadOnlyDictionary<string, PartState> States
    {
        get
        {
            lock (_gate)
                return new Dictionary<string, PartState>(_states);
        }
    }

    public Task OpenedAsync(CancellationToken cancellation) => _opened.Task.WaitAsync(cancellation);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var wait = TimeSpan.FromMilliseconds(250);
        var missing = parts.ToList();
        while (true)
        {
            // Side by side: one that hangs hides no other.
            var proven = await Task.WhenAll(missing.Select(p => ProveAsync(p, stoppingToken)));
            missing = [.. missing.Where((_, i) => !proven[i])];
            if (missing.Count == 0)
                break;

            await Task.Delay(wait, time, stoppingToken);
            wait = wait * 2 < _longestWait ? wait * 2 : _longestWait;
        }

        LogOpen(logger);
        _opened.TrySetResult();
    }

    private async Task<bool> ProveAsync(IPart part, CancellationToken cancellation)
    {
        try
        {
            await part.ProveAsync(cancellation);
            Set(part.Name, new PartState("ok", null));
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            var reason = Reason(e);
            Set(part.Name, new PartState("unavailable", reason));
            LogMissing(logger, part.Name, reason);
            return false;
        }
    }

    /// <summary>The outer message says what was tried, the innermost why it failed.</summary>
    public static string Reason(Exception exception) =>
        exception.GetBaseException() is var cause
        && (cause == exception || exception.Message.Contains(cause.Message, StringComparison.Ordinal))
            ? exception.Message
            : $"{exception.Message} ({cause.Message})";

    private void Set(string name, PartState state)
    {
        lock (_gate)
            _states[name] = state;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Every part is proven: work begins")]
    private static partial void LogOpen(ILogger logger);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Waiting for the {part}: {reason}")]
    private static partial void LogMissing(ILogger logger, string part, string reason);
}
