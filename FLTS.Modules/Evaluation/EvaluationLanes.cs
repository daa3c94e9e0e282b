namespace FLTS.Modules.Evaluation;

/// <summary>
/// As many evaluations side by side as there are cores. Who waits goes in by work, small before large, and one lane is kept for small ones,
/// so that a wide table holds no small station up.
/// </summary>
/// <param name="lanes">At least 1; with one there is none to keep.</param>
internal sealed class EvaluationLanes(int lanes)
{
    /// <summary>Multiplications up to which an evaluation counts as small: seconds at most.</summary>
    private const double Small = 1e9;

    private readonly Lock _lock = new();
    private readonly PriorityQueue<Waiter, (double Work, long Turn)> _waiting = new();
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly int _mostLarge = Math.Max(1, lanes - 1);
    private int _free = lanes;
    private int _large;
    private long _turn;

    /// <summary>Whether somebody waits under a name.</summary>
    public bool IsWaiting(string name)
    {
        lock (_lock)
            return _names.Contains(name);
    }

    /// <summary>Waits for a lane; disposing what it returns gives it back.</summary>
    /// <param name="name">Of what waits.</param>
    /// <param name="work">Multiplications, nearly.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<IDisposable> EnterAsync(string name, double work, CancellationToken cancellation)
    {
        var waiter = new Waiter(name, work);
        lock (_lock)
        {
            _waiting.Enqueue(waiter, (work, _turn++));
            _names.Add(name);
            LetIn();
        }

        await using var registration = cancellation.Register(() => waiter.Entered.TrySetCanceled(cancellation));
        try
        {
            await waiter.Entered.Task;
        }
        catch (OperationCanceledException)
        {
            lock (_lock)
                _names.Remove(name);
            throw;
        }

        return new Lane(this, waiter);
    }

    /// <summary>Under the lock.</summary>
    private void LetIn()
    {
        while (_waiting.TryPeek(out var waiter, out _) && _free > 0 && !(waiter.IsLarge && _large >= _mostLarge))
        {
            _waiting.Dequeue();
            if (!waiter.Entered.TrySetResult())
                continue; // It gave up.
            _names.Remove(waiter.Name);
            Count(waiter, 1);
        }
    }

    private void Leave(Waiter waiter)
    {
        lock (_lock)
        {
            Count(waiter, -1);
            LetIn();
        }
    }

    private void Count(Waiter waiter, int more)
    {
        _free -= more;
        _large += waiter.IsLarge ? more : 0;
    }

    private sealed record Waiter(string Name, double Work)
    {
        public bool IsLarge => Work > Small;

        public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Lane(EvaluationLanes lanes, Waiter waiter) : IDisposable
    {
        private EvaluationLanes? _lanes = lanes;

        public void Dispose() => Interlocked.Exchange(ref _lanes, null)?.Leave(waiter);
    }
}
