using System.Buffers.Binary;
using FLTS.Forecasting.Intervals;
using FLTS.Forecasting.Scaling;

namespace FLTS.Forecasting.Live;

/// <summary>
/// The intervals of a model's first leads as its truths have moved them (FORECASTING.md 9): an <see cref="IntervalTracker"/> a lead,
/// target, level and side, which begin at the quantiles of the fixed ones; and of the knots behind those (<see cref="IntervalWindows"/>).
/// L leads, M targets.
/// </summary>
public sealed class AdaptedIntervals
{
    /// <summary>In percent; those of others stay fixed.</summary>
    public static readonly IReadOnlyList<double> Levels = IntervalLevels.All;

    private const int Sides = 2;

    /// <summary>Numbers of a packed side.</summary>
    private const int Numbers = 3;

    private readonly IntervalTracker?[] _trackers; // [L][M][levels][sides]; null: the level has too few residuals.
    private readonly int _targets;

    private AdaptedIntervals(int leads, int targets, IntervalTracker?[] trackers, IntervalWindows windows) =>
        (Leads, _targets, _trackers, Windows) = (leads, targets, trackers, windows);

    /// <summary>Of no lead: all stay fixed.</summary>
    public static AdaptedIntervals None { get; } = new(0, 0, [], IntervalWindows.None);

    /// <summary>L: those of 1 to so many steps adapt.</summary>
    public int Leads { get; }

    /// <summary>Those of longer leads.</summary>
    public IntervalWindows Windows { get; }

    /// <summary>Those of which no truth is known.</summary>
    /// <param name="intervals">The fixed ones.</param>
    /// <param name="targets">M.</param>
    /// <param name="leads">At most; no more than adapt and have residuals.</param>
    public static AdaptedIntervals Begin(ConformalIntervals intervals, int targets, int leads)
    {
        leads = Math.Min(leads, Math.Min(IntervalTracker.LongestLead, intervals.Steps));
        var trackers = new IntervalTracker?[leads * targets * Levels.Count * Sides];
        for (var at = 0; at < trackers.Length; at++)
        {
            var (lead, target, level, isUpper) = PlaceOf(at, targets);
            if (intervals.Sides(target, lead - 1, level) is var (low, high, range))
                trackers[at] = IntervalTracker.Begin((isUpper ? high : low, range), lead, level, isUpper);
        }

        return new AdaptedIntervals(leads, targets, trackers, IntervalWindows.None);
    }

    /// <summary>With others of longer leads.</summary>
    public AdaptedIntervals With(IntervalWindows windows) => new(Leads, _targets, _trackers, windows);

    /// <summary>With truths that have become known.</summary>
    /// <param name="truths">Of each lead in the order of time.</param>
    public AdaptedIntervals With(IEnumerable<TruthErrors> truths)
    {
        var trackers = (IntervalTracker?[])_trackers.Clone();
        foreach (var truth in truths)
        {
            for (var m = 0; m < _targets; m++)
            {
                if (!double.IsFinite(truth.Residuals[m]))
                    continue;
                var first = ((((truth.Lead - 1) * _targets) + m) * Levels.Count) * Sides;
                for (var at = first; at < first + (Levels.Count * Sides); at++)
                    trackers[at] = trackers[at]?.With(truth.Residuals[m]);
            }
        }

        return new AdaptedIntervals(Leads, _targets, trackers, Windows);
    }

    /// <summary>The quantiles of a lead and level, normalised; null where the level has too few residuals or does not adapt.</summary>
    /// <param name="target">Its position.</param>
    /// <param name="step">0 is the first step.</param>
    /// <param name="level">In percent.</param>
    public (double Low, double High)? Quantiles(int target, int step, double level)
    {
        var place = IntervalLevels.IndexOf(level);
        if (step >= Leads || place < 0)
            return null;
        var at = ((((step * _targets) + target) * Levels.Count) + place) * Sides;
        return _trackers[at] is { } low && _trackers[at + 1] is { } high ? (low.Quantile, high.Quantile) : null;
    }

    /// <summary>
    /// The interval around one forecast, between knots interpolated as the fixed ones are; null where no truth has moved it, or there are
    /// too few residuals.
    /// </summary>
    /// <param name="intervals">The fixed ones, by which it is scaled.</param>
    /// <param name="of">Position of the target, and the step; 0 is the first.</param>
    /// <param name="forecast">In original units.</param>
    /// <param name="level">In percent.</param>
    /// <param name="within">What is stated of the target, in original units; the forecast lies in it.</param>
    /// <returns>Low is at most the forecast, high at least.</returns>
    public (double Low, double High)? Around(
        ConformalIntervals intervals, (int Target, int Step) of, double forecast, double level, PlausibleRange within)
    {
        if (Offsets(intervals, of, forecast, level) is not var (low, high))
            return null;
        return (Math.Min(forecast, within.Clamp(forecast + low)), Math.Max(forecast, within.Clamp(forecast + high)));
    }

    private (double Low, double High)? Offsets(ConformalIntervals intervals, (int Target, int Step) of, double forecast, double level)
    {
        if (of.Step < Leads)
            return At(of.Step + 1, Quantiles(of.Target, of.Step, level));
        if (Windows.Knots.Count == 0 || IntervalLevels.IndexOf(level) < 0)
            return null;

        var (from, to, share) = intervals.Between(of.Step);
        if (Knot(from) is not var (low, high) || share <= 0)
            return Knot(from);
        return Knot(to) is var (nextLow, nextHigh) ? (low + (share * (nextLow - low)), high + (share * (nextHigh - high))) : null;

        (double Low, double High)? Knot(int lead) => At(
            lead,
            Quantiles(of.Target, lead - 1, level) ?? Windows.Quantiles(of.Target, lead, level)
            ?? (intervals.Sides(of.Target, lead - 1, level) is var (low, high, _) ? (low, high) : null));

        (double Low, double High)? At(int lead, (double Low, double High)? quantiles) =>
            quantiles is var (low, high) && intervals.Scale(of.Target, lead - 1, forecast) is var scale
                ? (low * scale, high * scale)
                : null;
    }

    /// <summary>
    /// As rows keep them: numbers of double precision, little-endian, of each lead, target, level and side where it began, where it is and
    /// its range; NaN where there is none.
    /// </summary>
    public byte[] Pack()
    {
        var bytes = new byte[_trackers.Length * Numbers * sizeof(double)];
        for (var at = 0; at < _trackers.Length; at++)
        {
            var tracker = _trackers[at];
            Write(bytes, (Numbers * at) + 0, tracker?.Start);
            Write(bytes, (Numbers * at) + 1, tracker?.Quantile);
            Write(bytes, (Numbers * at) + 2, tracker?.Range);
        }

        return bytes;
    }

    /// <param name="packed">What <see cref="Pack"/> gave.</param>
    /// <param name="targets">M.</param>
    /// <exception cref="CorruptArtifactException">It is of another size, or holds what is no number.</exception>
    public static AdaptedIntervals Unpack(ReadOnlySpan<byte> packed, int targets)
    {
        var aLead = targets * Levels.Count * Sides * Numbers * sizeof(double);
        var leads = aLead == 0 ? 0 : packed.Length / aLead;
        if (leads * aLead != packed.Length || leads > IntervalTracker.LongestLead)
            throw new CorruptArtifactException(
                $"Intervals that adapt take {aLead} bytes a lead with {targets} targets, and at most {IntervalTracker.LongestLead} leads; "
                + $"there are {packed.Length} bytes.");

        var trackers = new IntervalTracker?[leads * targets * Levels.Count * Sides];
        for (var at = 0; at < trackers.Length; at++)
        {
            var (start, quantile, range) = (Read(packed, Numbers * at), Read(packed, (Numbers * at) + 1), Read(packed, (Numbers * at) + 2));
            if (double.IsNaN(start))
                continue;
            if (!double.IsFinite(start + quantile + range))
                throw new CorruptArtifactException(
                    $"Intervals that adapt are finite numbers; one side is at {quantile}, began at {start} and has a range of {range}.");
            var (lead, _, level, isUpper) = PlaceOf(at, targets);
            trackers[at] = IntervalTracker.Begin((start, range), lead, level, isUpper) with { Quantile = quantile };
        }

        return new AdaptedIntervals(leads, targets, trackers, IntervalWindows.None);
    }

    private static (int Lead, int Target, double Level, bool IsUpper) PlaceOf(int at, int targets) => (
        1 + (at / (targets * Levels.Count * Sides)),
        at / (Levels.Count * Sides) % targets,
        Levels[at / Sides % Levels.Count],
        at % Sides == 1);

    private static void Write(byte[] bytes, int number, double? value) =>
        BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(number * sizeof(double)), value ?? double.NaN);

    private static double Read(ReadOnlySpan<byte> bytes, int number) =>
        BinaryPrimitives.ReadDoubleLittleEndian(bytes[(number * sizeof(double))..]);
}
