using System.Globalization;

namespace FLTS.Modules.Training;

/// <summary>
/// Ends a fit that takes half more than was summed for it: a sum that was wrong must not cost the process. Looked at twice a second are the
/// processor's seconds of the fit's own thread (those of threads that it spreads to are not counted) and the memory of the process
/// (<see cref="MemoryLedger"/>).
/// </summary>
internal sealed class FitWatch : IDisposable
{
    private static readonly TimeSpan _between = TimeSpan.FromSeconds(0.5);

    private static readonly CultureInfo _told = CultureInfo.InvariantCulture;

    private readonly CancellationTokenSource _exceeded = new();
    private readonly Lock _looking = new();
    private readonly string _modelType;
    private readonly FitEstimate _estimate;
    private readonly double _mostSeconds;
    private readonly TimeProvider _time;
    private readonly MemoryLedger.Entry _entry;
    private readonly ITimer _timer;
    private ThreadTime? _processor;
    private bool _isOver;

    /// <param name="modelType">What is fitted.</param>
    /// <param name="estimate">Its sum.</param>
    /// <param name="budget">Of the process.</param>
    /// <param name="time">The clock.</param>
    public FitWatch(string modelType, FitEstimate estimate, ComputeBudget budget, TimeProvider time)
    {
        (_modelType, _estimate, _time) = (modelType, estimate, time);
        _mostSeconds = estimate.MostSeconds(budget.Limits.CpuSeconds);
        _entry = budget.Memory.Enter(estimate, canBeEnded: true);
        _timer = time.CreateTimer(_ => Look(), null, _between, _between);
    }

    /// <summary>Cancelled when the fit has to end.</summary>
    public CancellationToken Exceeded => _exceeded.Token;

    /// <summary>Why; null: it did not have to.</summary>
    public string? Reason { get; private set; }

    /// <summary>Called by the thread that fits.</summary>
    public void Begin() => _processor = ThreadTime.OfThis(_time);

    public void Dispose()
    {
        _timer.Dispose();
        _entry.Dispose();
        lock (_looking)
        {
            _isOver = true;
            _exceeded.Dispose();
        }
    }

    private void Look()
    {
        lock (_looking)
        {
            if (_isOver || Reason is not null)
                return;

            if (_processor?.Seconds is { } seconds && seconds > _mostSeconds)
                End(string.Create(_told, $"it has taken {seconds:N1} s of a processor, more than {_mostSeconds:N1}"), "Limits:CpuSeconds");
            else if (_entry.Excess() is (var grown, var all))
                End(string.Create(
                    _told,
                    $"the process has grown by {grown / (1 << 20):N0} MB, more than all that runs in it may take, {all / (1 << 20):N0}"),
                    "Limits:MemoryMb");
        }
    }

    private void End(string taken, string setting)
    {
        Reason = $"A fit of {_modelType} was ended: {taken}, which is half more than its sum allows ({_estimate.Sum}; {setting}).";
        _exceeded.Cancel();
    }
}
