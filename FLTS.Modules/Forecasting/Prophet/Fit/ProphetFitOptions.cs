using FLTS.Forecasting.Compute;

namespace FLTS.Forecasting.Prophet.Fit;

/// <summary>What surrounds a fit of one or many series.</summary>
public sealed record ProphetFitOptions
{
    /// <summary>Most threads to compute with, at least 1; never changes the numbers.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Most quadratic problems to solve from one start, at least 1.</summary>
    public int MaxIterations { get; init; } = 500;

    /// <summary>One earlier fit a series to start from, or null; used where its parameters have the same number and meaning.</summary>
    public IReadOnlyList<ProphetModel?>? WarmStart { get; init; }

    /// <summary>Told the number of series fitted so far.</summary>
    public IProgress<int>? Progress { get; init; }

    public CancellationToken Cancellation { get; init; }

    internal Parallelism Parallelism => new(Threads, Cancellation);
}
