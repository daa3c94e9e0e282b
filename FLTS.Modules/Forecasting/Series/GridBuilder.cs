namespace FLTS.Modules.Forecasting.Series;

/// <summary>Lays ascending times on a grid: snaps, numbers segments, puts missing rows into short gaps.</summary>
internal sealed class GridBuilder
{
    private readonly List<DateTime> _times;
    private readonly List<int> _segments;
    private readonly List<int> _source;

    public GridBuilder(DateTime[] times, Frequency frequency, int maxGapSteps)
    {
        Timestamps = times;
        Rows = times.Length;
        var step = frequency.Step.Ticks;
        if (IsRegular(times, step))
        {
            Segments = new int[times.Length];
            (_times, _segments, _source) = ([], [], []);
            return;
        }

        _times = new List<DateTime>(times.Length);
        _segments = new List<int>(times.Length);
        _source = new List<int>(times.Length);
        var tolerance = Frequency.Tolerance * step;
        var segment = 0;
        for (var i = 0; i < times.Length; i++)
        {
            if (_times.Count == 0)
            {
                Add(Anchor(times[i], frequency, tolerance), segment, i);
                continue;
            }

            var distance = times[i].Ticks - _times[^1].Ticks;
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
                _source[^1] = i;
            }
            else if (steps - 1 > maxGapSteps)
            {
                LongGaps++;
                Add(Anchor(times[i], frequency, tolerance), ++segment, i);
            }
            else
            {
                if (steps > 1)
                {
                    Gaps++;
                    GapRows += (int)steps - 1;
                }

                for (var k = 1; k < steps; k++)
                    Add(_times[^1].AddTicks(step), segment, -1);
                var time = _times[^1].AddTicks(step);
                if (time != times[i])
                    Snapped++;
                Add(time, segment, i);
            }
        }

        Timestamps = [.. _times];
        Segments = [.. _segments];
        Source = [.. _source];
        Rows = Timestamps.Length;
    }

    public DateTime[] Timestamps { get; }

    public int[] Segments { get; }

    /// <summary>[T] Row of the times given, -1 for a missing row; null when the rows are as they were.</summary>
    public int[]? Source { get; }

    public int Rows { get; }

    public int Duplicates { get; }

    public int Snapped { get; private set; }

    public int OffGrid { get; }

    public int Gaps { get; }

    public int GapRows { get; }

    public int LongGaps { get; }

    private static bool IsRegular(DateTime[] times, long step)
    {
        for (var i = 1; i < times.Length; i++)
        {
            if (times[i].Ticks - times[i - 1].Ticks != step)
                return false;
        }

        return true;
    }

    /// <summary>First time of a segment: on the series' grid where it is near it, else where it is, as after a clock was set anew.</summary>
    private DateTime Anchor(DateTime time, Frequency frequency, double tolerance)
    {
        var step = frequency.Step.Ticks;
        var steps = (long)Math.Round((time.Ticks - frequency.Phase) / (double)step);
        var onGrid = (steps * step) + frequency.Phase;
        if (Math.Abs(onGrid - time.Ticks) > tolerance || (_times.Count > 0 && onGrid <= _times[^1].Ticks))
            return time;
        if (onGrid != time.Ticks)
            Snapped++;
        return new DateTime(onGrid);
    }

    private void Add(DateTime time, int segment, int source)
    {
        _times.Add(time);
        _segments.Add(segment);
        _source.Add(source);
    }
}
