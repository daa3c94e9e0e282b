using FLTS.Forecasting.Compute;

namespace FLTS.Modules.Contracts;

/// <summary>
/// What work may take of this process. What is not a fit (<c>Training/FitWatch</c>) goes through <see cref="RunAsync"/>: its sum is held
/// against the limits, then it computes on the threads that are free.
/// </summary>
internal sealed record ComputeBudget(ComputeThreads Threads, MemoryLedger Memory, LimitsOptions Limits)
{
    /// <param name="what">Whose work, for the message: "The evaluation".</param>
    /// <param name="estimate">Its sum.</param>
    /// <param name="work">Spreads no further than it is told, and looks at the cancellation.</param>
    /// <param name="cancellation">Of the work.</param>
    /// <exception cref="InvalidInputException">It would need more than the limits allow; the message has the sum.</exception>
    public async Task<T> RunAsync<T>(
        string what, FitEstimate estimate, Func<Parallelism, T> work, CancellationToken cancellation)
    {
        estimate.Refuse(what, Limits.MemoryBytes, Limits.CpuSeconds);
        using var entry = Memory.Enter(estimate);
        return await Threads.RunAsync(work, cancellation);
    }

    /// <summary>Says that a dataset is read, whose size nobody knows yet; disposing ends it.</summary>
    public IDisposable EnterReading() =>
        Memory.Enter(new FitEstimate(2.0 * sizeof(double) * Limits.MostCells, 0, "both parts of a dataset"));
}
