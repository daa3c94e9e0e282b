
namespace FLTS.Modules.Inference;

/// <summary>Lets as many requests compute as there are processors; a bounded number waits, the next is told to come again.</summary>
internal sealed class PredictQueue(InferenceOptions options) : IDisposable
{
    private readonly SemaphoreSlim _workers = new(options.Workers > 0 ? options.Workers : Environment.ProcessorCount);
    private int _waiting;

    /// <exception cref="TooManyException">The queue is full.</exception>
    public async Task<T> RunAsync<T>(Func<T> compute, CancellationToken cancellation)
    {
        if (!await _workers.WaitAsync(0, cancellation))
        {
            if (Interlocked.Increment(ref _waiting) > options.QueueLength)
            {
                Interlocked.Decrement(ref _waiting);
                throw new TooManyException($"{options.QueueLength} forecasts are waiting, which is the most allowed (Inference:QueueLength).", 1);
            }

            FltsMetrics.PredictQueueLength.Add(1);
            try
            {
                await _workers.WaitAsync(cancellation);
            }
            finally
            {
                Interlocked.Decrement(ref _waiting);
                FltsMetrics.PredictQueueLength.Add(-1);
            }
        }

        try
        {
            return compute();
        }
        finally
        {
            _workers.Release();
        }
    }

    public void Dispose() => _workers.Dispose();
}
