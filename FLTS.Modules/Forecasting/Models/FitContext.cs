namespace FLTS.Forecasting.Models;

/// <summary>What surrounds a fit.</summary>
/// <param name="Threads">Most threads to compute with, at least 1. Never changes the numbers.</param>
/// <param name="Progress">Told after every epoch (recurrent) or target (Prophet).</param>
/// <param name="Cancellation">Looked at at least once a second.</param>
/// <param name="Checkpoint">Lets a fit go on where an earlier one of the same run was killed; null: it starts anew.
/// Never changes the numbers.</param>
/// <param name="MostOperations">Multiplications that a reference may take which nobody asked for; more: it is not applicable.</param>
public sealed record FitContext(
    int Threads,
    IProgress<FitProgress>? Progress,
    CancellationToken Cancellation,
    ICheckpoint? Checkpoint = null,
    double MostOperations = double.PositiveInfinity)
{
    /// <summary><see cref="MostOperations"/> of a reference that nobody asked for: some ten seconds of a core.</summary>
    public const double Unasked = 5e10;

    /// <summary>What other fits of the same data have computed, or will; null: nothing is shared. Never changes the numbers.</summary>
    public SharedFits? Shared { get; init; }
}
