using System.Buffers.Binary;
using FLTS.Forecasting.Intervals;

namespace FLTS.Forecasting.Live;

/// <summary>
/// The intervals of a model at the knots beyond the leads that have trackers (FORECASTING.md 9): half-way between the fixed ones and the
/// quantiles of what was missed in the newest seasons, which alone were too narrow or too wide at 95 %. K knots, M targets.
/// </summary>
public sealed class IntervalWindows
{
    /// <summary>That residuals are taken of.</summary>
    public const int Seasons = 7;

    /// <summary>Forecasts of a knot that do not overlap, under which its interval stays as it is.</summary>
    public const int LeastIndependent = 3;

    /// <summary>Numbers of a target at a knot: the two sides of each level.</summary>
    private static readonly int _ofTarget = 2 * IntervalLevels.All.Count;

    private readonly int _targets;
    private readonly double[] _sides; // [K][M][levels][sides]; NaN: it stays as it is.

    private IntervalWindows(IReadOnlyList<int> knots, int targets, double[] sides) => (Knots, _targets, _sides) = (knots, targets, sides);

    /// <summary>All stay as they are.</summary>
    public static IntervalWindows None { get; } = new([], 0, []);

    /// <summary>K, in steps, ascending: those of which any target has its own.</summary>
    public IReadOnlyList<int> Knots { get; }

    /// <param name="intervals">The fixed ones.</param>
    /// <param name="targets">M.</param>
    /// <param name="season">In steps; between the origins of forecasts lie <paramref name="stride"/>.</param>
    /// <param name="stride">See there.</param>
    /// <param name="errors">What was missed in the newest seasons, at knots of the intervals.</param>
    public static IntervalWindows Of(
        ConformalIntervals intervals, int targets, int season, int stride, IEnumerable<TruthErrors> errors)
    {
        var (knots, sides) = (new List<int>(), new List<double>());
        foreach (var knot in errors.Where(e => e.Lead > IntervalTracker.LongestLead && intervals.Leads.Contains(e.Lead))
            .GroupBy(e => e.Lead).OrderBy(k => k.Key))
        {
            double[] own = [.. Enumerable.Range(0, targets).SelectMany(m => Sides(
                intervals, (m, knot.Key), (season, stride), [.. knot.Select(e => e.Residuals[m]).Where(double.IsFinite).Order()]))];
            if (!Array.Exists(own, double.IsFinite))
                continue;
            knots.Add(knot.Key);
            sides.AddRange(own);
        }

        return knots.Count == 0 ? None : new IntervalWindows(knots, targets, [.. sides]);
    }

    /// <summary>The quantiles of a knot and level, normalised; null where they stay as they are.</summary>
    /// <param name="target">Its position.</param>
    /// <param name="lead">In steps.</param>
    /// <param name="level">In percent.</param>
    public (double Low, double High)? Quantiles(int target, int lead, double level)
    {
        for (var k = 0; k < Knots.Count; k++)
        {
            if (Knots[k] != lead || IntervalLevels.IndexOf(level) is not (>= 0 and var place))
                continue;
            var at = (((k * _targets) + target) * _ofTarget) + (2 * place);
            return double.IsNaN(_sides[at]) ? null : (_sides[at], _sides[at + 1]);
        }

        return null;
    }

    /// <summary>As rows keep them: little-endian, of each knot its lead (32 bits) and sides (64 bits); nothing for none.</summary>
    public byte[] Pack()
    {
        var (aKnot, bytes) = (_targets * _ofTarget, new byte[Knots.Count * Size(_targets)]);
        for (var k = 0; k < Knots.Count; k++)
        {
            var own = bytes.AsSpan(k * Size(_targets), Size(_targets));
            BinaryPrimitives.WriteInt32LittleEndian(own, Knots[k]);
            for (var i = 0; i < aKnot; i++)
                BinaryPrimitives.WriteDoubleLittleEndian(own[(sizeof(int) + (i * sizeof(double)))..], _sides[(k * aKnot) + i]);
        }

        return bytes;
    }

    /// <param name="packed">What <see cref="Pack"/> gave.</param>
    /// <param name="targets">M.</param>
    /// <exception cref="CorruptArtifactException">It is of another size, or its knots do not ascend.</exception>
    public static IntervalWindows Unpack(ReadOnlySpan<byte> packed, int targets)
    {
        var (size, aKnot) = (Size(targets), targets * _ofTarget);
        var (knots, sides) = (new int[packed.Length / size], new double[packed.Length / size * aKnot]);
        for (var k = 0; k < knots.Length; k++)
        {
            var own = packed.Slice(k * size, size);
            knots[k] = BinaryPrimitives.ReadInt32LittleEndian(own);
            for (var i = 0; i < aKnot; i++)
                sides[(k * aKnot) + i] = BinaryPrimitives.ReadDoubleLittleEndian(own[(sizeof(int) + (i * sizeof(double)))..]);
        }

        if (packed.Length % size != 0 || !knots.SequenceEqual(knots.Where(k => k > IntervalTracker.LongestLead).Distinct().Order()))
            throw new CorruptArtifactException(
                $"Windows of intervals take {size} bytes a knot with {targets} targets; there are {packed.Length}, of the knots "
                + $"{string.Join(", ", knots)}.");
        return knots.Length == 0 ? None : new IntervalWindows(knots, targets, sides);
    }

    private static int Size(int targets) => sizeof(int) + (targets * _ofTarget * sizeof(double));

    /// <summary>Of all levels or of none, so that one lies within the other.</summary>
    private static IEnumerable<double> Sides(
        ConformalIntervals intervals, (int Target, int Lead) of, (int Season, int Stride) grid, double[] sorted)
    {
        var independent = sorted.Length * (double)grid.Stride / Math.Max(grid.Stride, of.Lead);
        var sides = new List<double>();
        foreach (var level in IntervalLevels.All)
        {
            // A whole season, at least: errors are not those of the night by day.
            if (sorted.Length * grid.Stride < grid.Season || independent < LeastIndependent
                || LeadErrors.Sides(sorted, level) is not var (low, high)
                || intervals.Sides(of.Target, of.Lead - 1, level) is not var (fixedLow, fixedHigh, _))
                return Enumerable.Repeat(double.NaN, _ofTarget);

            sides.Add((fixedLow + low) / 2);
            sides.Add((fixedHigh + high) / 2);
        }

        return sides;
    }
}
