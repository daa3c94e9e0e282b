namespace FLTS.Modules.Kit;

/// <summary>Work that only so many may do at once: a bounded number waits for its turn, the next is told to come again.</summary>
/// <param name="inside">Who may work side by side, at least 1.</param>
/// <param name="waiting">Who may wait, at least 0.</param>
/// <param name="refuse">What one more is told.</param>
internal abstract class BoundedTurns(int inside, int waiting, Func<TooManyException> refuse) : IDisposable
{
    private readonly SemaphoreSlim _turns = new(inside);
    private int _waiting;

    /// <summary>Who waits now.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Waits for a turn, works, and gives the turn back whatever comes of the work.</summary>
    /// <exception cref="TooManyException">Too many wait already.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled; nothing was done.</exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> work, CancellationToken cancellation)
    {
        await EnterAsync(cancellation);
        try
        {
            return await work();
        }
        finally
        {
            _turns.Release();
        }
    }

    public void Dispose()
    {
        _turns.Dispose();
        GC.SuppressFinalize(this);
    }

    private async ValueTask EnterAsync(CancellationToken cancellation)
    {
        if (await _turns.WaitAsync(0, cancellation))
            return;

        try
        {
            if (Interlocked.Increment(ref _waiting) > waiting)
                throw refuse();

            await _turns.WaitAsync(cancellation);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }
}
