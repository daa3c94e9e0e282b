using FLTS.Modules.Inference.Models;
using FLTS.Modules.Inference.Settings;

namespace FLTS.Modules.Inference.Batching;

/// <summary>Lets as many requests compute as there are processors; a bounded number waits, the next is told to come again.</summary>
internal sealed class PredictQueue(InferenceOptions options, ComputeThreads threads) : BoundedTurns(
    options.Workers > 0 ? options.Workers : Environment.ProcessorCount,
    options.QueueLength,
    () => new TooManyException($"{options.QueueLength} forecasts are waiting, which is the most allowed (Inference:QueueLength).", 1))
{
    /// <summary>Forecasts when it is this request's turn.</summary>
    /// <returns>[1, H, M] On the model's scale.</returns>
    /// <exception cref="TooManyException">The queue is full.</exception>
    public Task<double[,,]> ForecastAsync(ServedModel model, Window window, int steps, CancellationToken cancellation)
    {
        var forecast = () => model.Loaded.Forecaster.Forecast([window], steps);
        return model.Step.Times(steps).IsLong ? RunLongAsync(forecast, cancellation) : RunAsync(forecast, cancellation);
    }

    /// <summary>Computes when it is this request's turn.</summary>
    /// <exception cref="TooManyException">The queue is full.</exception>
    public Task<T> RunAsync<T>(Func<T> compute, CancellationToken cancellation) =>
        base.RunAsync(() => Task.FromResult(compute()), cancellation);

    /// <summary>The same of what takes long, on a thread of its own: the pool's serve everybody.</summary>
    /// <exception cref="TooManyException">The queue is full.</exception>
    public Task<T> RunLongAsync<T>(Func<T> compute, CancellationToken cancellation) =>
        base.RunAsync(() => threads.RunOnOneAsync(compute, cancellation), cancellation);
}
