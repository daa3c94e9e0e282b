using FLTS.Modules.Registry.Sources;

namespace FLTS.Modules.Datasets;

/// <summary>Requests that read a whole dataset take turns: each needs memory for all its numbers, and clients decide how many come at once.</summary>
internal sealed class ReadingTurn(DatasetOptions options) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private int _waiting;

    /// <exception cref="TooManyException">Too many wait already.</exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> work, CancellationToken cancellation)
    {
        if (!await _turn.WaitAsync(0, cancellation))
        {
            if (Interlocked.Increment(ref _waiting) > options.MaxWaiting)
            {
                Interlocked.Decrement(ref _waiting);
                throw new TooManyException($"{options.MaxWaiting} requests wait already for a dataset to be read (Datasets:MaxWaiting); try again in a few seconds.", 5);
            }

            try
            {
                await _turn.WaitAsync(cancellation);
            }
            finally
            {
                Interlocked.Decrement(ref _waiting);
            }
        }

        try
        {
            return await work();
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();
}
