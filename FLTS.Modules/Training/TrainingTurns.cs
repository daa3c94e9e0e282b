namespace FLTS.Modules.Training;

/// <summary>
/// Trainings of a process run side by side, but the last try of a run over which workers have died runs alone: if it kills the process once
/// more, it takes no other run's life with it, and if it was another that killed, it lives.
/// </summary>
internal sealed class TrainingTurns : IDisposable
{
    private readonly SemaphoreSlim _door = new(1);
    private readonly SemaphoreSlim _empty = new(1);
    private readonly Lock _gate = new();
    private int _inside;

    /// <summary>Waits for the turn; disposing what it returns ends it.</summary>
    /// <param name="isAlone">True: nobody else is inside then. Whoever comes later waits.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<IDisposable> EnterAsync(bool isAlone, CancellationToken cancellation)
    {
        await _door.WaitAsync(cancellation);
        try
        {
            if (isAlone)
            {
                await _empty.WaitAsync(cancellation);
                return new Turn(() =>
                {
                    _empty.Release();
                    _door.Release();
                });
            }

            // The first one in closes it for those who want to be alone. That cannot wait: who is alone holds the door.
            lock (_gate)
            {
                if (_inside++ == 0)
                    _empty.Wait(CancellationToken.None);
            }

            _door.Release();
            return new Turn(Leave);
        }
        catch
        {
            _door.Release();
            throw;
        }
    }

    public void Dispose()
    {
        _door.Dispose();
        _empty.Dispose();
    }

    private void Leave()
    {
        lock (_gate)
        {
            if (--_inside == 0)
                _empty.Release();
        }
    }

    private sealed class Turn(Action leave) : IDisposable
    {
        private Action? _leave = leave;

        public void Dispose() => Interlocked.Exchange(ref _leave, null)?.Invoke();
    }
}
