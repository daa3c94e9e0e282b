using System.Runtime.CompilerServices;

namespace FLTS.Forecasting.Series.Grid;

/// <summary>Lays ascending times on a grid: snaps, numbers segments, puts missing rows into short gaps.</summary>
internal sealed class GridBuilder
{
    private readonly int[] _source = [];
    private readonly long _mostRows;
    private readonly DateTime[] _shown;
    private DateTime _last;

    /// <param name="times">Ascending.</param>
    /// <param name="frequency">Of them.</param>
    /// <param name="maxGapSteps">Longest gap that becomes missing rows.</param>
    /// <param name="mostRows">That may come of it.</param>
    /// <param name="shown">What they are in messages.</param>
    /// <exception cref="InvalidInputException">Filled gaps would make more rows.</exception>
    public GridBuilder(DateTime[] times, Frequency frequency, int maxGapSteps, long mostRows, DateTime[] shown)
    {
        _shown = shown;
        _mostRows = Math.Max(mostRows, times.Length);
        Timestamps = times;
        Rows = times.Length;
        if (IsRegular(times, frequency.Step.Ticks))
        {
            Segments = new int[times.Length];
            return;
        }

        // Once to count, once to fill: lists that grow would need twice the room of the result.
        Timestamps = [];
        Segments = [];
        Walk(times, frequency, maxGapSteps);
        (Timestamps, Segments, _source) = (new DateTime[Rows], new int[Rows], new int[Rows]);
        Source = _source;
        Walk(times, frequency, maxGapSteps);
    }

    public DateTime[] Timestamps { get; }

    public int[] Segments { get; }

    /// <summary>[T] Row of the times given, -1 for a missing row; null when the rows are as they were.</summary>
    public int[]? Source { get; }

    public int Rows { get; private set; }

    public int Duplicates { get; private set; }

    public int Snapped { get; private set; }

    public int OffGrid { get; private set; }

    public int Gaps { get; private set; }

    public int GapRows { get; private set; }

    public int LongGaps { get; private set; }

    private void Walk(DateTime[] times, Frequency frequency, int maxGapSteps)
    {
        Rows = Duplicates = Snapped = OffGrid = Gaps = GapRows = LongGaps = 0;
        var step = frequency.Step.Ticks;
        var tolerance = Frequency.Tolerance * step;
        var segment = 0;
        for (var i = 0; i < times.Length; i++)
        {
            if (Rows == 0)
            {
                Add(Anchor(times[i], frequency, tolerance), segment, i);
                continue;
            }

            var distance = times[i].Ticks - _last.Ticks;
            if (distance == step)
            {
                Add(times[i], segment, i);
                continue;
            }

            var steps = (long)Math.Round(distance / (double)step);
            var off = Math.Abs(distance - (steps * step));
            if (off > tolerance)
            {
                OffGrid++;
                Add(Anchor(times[i], frequency, tolerance), ++segment, i);
            }
            else if (steps == 0)
            {
                Duplicates++;
                if (_source.Length > 0)
                    _source[Rows - 1] = i;
            }
            else if (steps - 1 > maxGapSteps)
            {
                LongGaps++;
                Add(Anchor(times[i], frequency, tolerance), ++segment, i);
            }
            else
            {
                if (Rows + steps > _mostRows)
                    throw new InvalidInputException(
                        $"With the missing rows of gaps of up to {maxGapSteps} steps (max_gap_steps) the series would have more than "
                        + $"{_mostRows} rows, the most that are taken of so many columns (Limits:Cells, Limits:MemoryMb): up to "
                        + $"{_shown[i]:yyyy-MM-dd HH:mm:ss} alone {i + 1} rows become {Rows + steps}. Use a smaller max_gap_steps.");

                if (steps > 1)
                {
                    Gaps++;
                    GapRows += (int)steps - 1;
                }

                for (var k = 1; k < steps; k++)
                    Add(_last.AddTicks(step), segment, -1);
                var time = _last.AddTicks(step);
                if (time != times[i])
                    Snapped++;
                Add(time, segment, i);
            }
        }
    }

    private static bool IsRegular(DateTime[] times, long step)
    {
        for (var i = 1; i < times.Length; i++)
        {
            if (times[i].Ticks - times[i - 1].Ticks != step)
                return false;
        }

        return true;
    }

    /// <summary>
    /// First time of a segment: on the series' grid where it is near it, else where it is, as after a clock was set anew.
    /// </summary>
    private DateTime Anchor(DateTime time, Frequency frequency, double tolerance)
    {
        var step = frequency.Step.Ticks;
        var steps = (long)Math.Round((time.Ticks - frequency.Phase) / (double)step);
        var onGrid = (steps * step) + frequency.Phase;
        if (Math.Abs(onGrid - time.Ticks) > tolerance || (Rows > 0 && onGrid <= _last.Ticks))
            return time;
        if (onGrid != time.Ticks)
            Snapped++;
        return new DateTime(onGrid);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Add(DateTime time, int segment, int source)
    {
        if (_source.Length > 0)
            (Timestamps[Rows], Segments[Rows], _source[Rows]) = (time, segment, source);
        _last = time;
        Rows++;
    }
}
