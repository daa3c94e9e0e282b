using FLTS.Forecasting.Live;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Registry.Live;

/// <summary>How far the intervals of a champion have adapted; see <see cref="LiveIntervalRow"/>.</summary>
/// <param name="Run">The champion's.</param>
/// <param name="CountedTo">Truths up to this time are counted; null: none is yet, and there is no row.</param>
/// <param name="Revision">Times whose truths were counted.</param>
/// <param name="Packed">As <see cref="AdaptedIntervals.Pack"/> gives them.</param>
internal sealed record IntervalState(RunId Run, DateTimeOffset? CountedTo, long Revision, byte[] Packed)
{
    /// <summary>As <see cref="IntervalWindows.Pack"/> gives them; null: nothing yet.</summary>
    public byte[]? Windows { get; init; }

    /// <exception cref="CorruptArtifactException">The row is not of a model of so many targets.</exception>
    public AdaptedIntervals Read(int targets) => AdaptedIntervals.Unpack(Packed, targets).With(IntervalWindows.Unpack(Windows, targets));
}
