namespace FLTS.Forecasting.Series.Grid;

/// <summary>The step of a series and where its grid lies.</summary>
/// <param name="Step">Most frequent difference between successive times.</param>
/// <param name="Phase">Ticks modulo the step at which most rows lie.</param>
/// <param name="RegularShare">Share of differences within a tenth of a step of one step.</param>
internal readonly record struct Frequency(TimeSpan Step, long Phase, double RegularShare)
{
    /// <summary>Share of a step by which a time may be off and still snap.</summary>
    public const double Tolerance = 0.1;

    /// <summary>Share of the steps that must be regular.</summary>
    public const double LeastRegular = 0.75;

    /// <summary>The frequency of ascending times.</summary>
    /// <param name="times">At least two, or one of a known step.</param>
    /// <param name="known">Their step; null: found.</param>
    public static Frequency Of(ReadOnlySpan<DateTime> times, TimeSpan? known)
    {
        if (times.Length < 2)
            return new Frequency(known!.Value, times[0].Ticks % known.Value.Ticks, 1);

        var step = known?.Ticks ?? MostFrequentStep(times);
        return new Frequency(TimeSpan.FromTicks(step), PhaseOf(times, step), ShareWithin(times, step, Tolerance * step));
    }

    /// <summary>Share of the differences between at least two times that are one step, give or take some ticks.</summary>
    public static double ShareWithin(ReadOnlySpan<DateTime> times, long step, double tolerance)
    {
        var regular = 0;
        for (var i = 1; i < times.Length; i++)
        {
            if (Math.Abs(times[i].Ticks - times[i - 1].Ticks - step) <= tolerance)
                regular++;
        }

        return regular / (double)(times.Length - 1);
    }

    private static long MostFrequentStep(ReadOnlySpan<DateTime> times)
    {
        var counts = new Dictionary<long, int>();
        long last = 0;
        var run = 0;
        for (var i = 1; i < times.Length; i++)
        {
            var difference = times[i].Ticks - times[i - 1].Ticks;
            if (difference != last)
            {
                Flush(counts, last, run);
                (last, run) = (difference, 0);
            }

            run++;
        }

        Flush(counts, last, run);
        var (mode, count) = counts.OrderByDescending(p => p.Value).ThenBy(p => p.Key).First();
        if (count >= (times.Length - 1) / 2)
            return mode;

        // Jittered clocks: hardly two differences are equal. Their median, rounded to what a person would have set.
        var near = new List<long>();
        for (var i = 1; i < times.Length; i++)
        {
            var difference = times[i].Ticks - times[i - 1].Ticks;
            if (Math.Abs(difference - mode) <= 2 * Tolerance * mode)
                near.Add(difference);
        }

        near.Sort();
        return Rounded(near[near.Count / 2]);

        static void Flush(Dictionary<long, int> counts, long difference, int run)
        {
            if (run > 0)
                counts[difference] = counts.GetValueOrDefault(difference) + run;
        }
    }

    /// <summary>To a whole minute, second, millisecond or microsecond, the largest of these that moves it by at most 1 %.</summary>
    private static long Rounded(long ticks)
    {
        ReadOnlySpan<long> units =
            [TimeSpan.TicksPerMinute, TimeSpan.TicksPerSecond, TimeSpan.TicksPerMillisecond, TimeSpan.TicksPerMicrosecond];
        foreach (var unit in units)
        {
            var rounded = (ticks + (unit / 2)) / unit * unit;
            if (rounded > 0 && Math.Abs(rounded - ticks) <= ticks / 100)
                return rounded;
        }

        return ticks;
    }

    private static long PhaseOf(ReadOnlySpan<DateTime> times, long step)
    {
        double sin = 0, cos = 0;
        var alike = 1;
        while (alike < times.Length
            && (times[alike].Ticks - times[alike - 1].Ticks == step || (times[alike].Ticks - times[0].Ticks) % step == 0))
            alike++;
        var counts = new Dictionary<long, int> { [times[0].Ticks % step] = alike };
        foreach (var time in times[alike..])
        {
            var residue = time.Ticks % step;
            ref var count = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(counts, residue, out _);
            count++;
            if (counts.Count > 1)
            {
                var (s, c) = Math.SinCos(2 * Math.PI * residue / step);
                sin += s;
                cos += c;
            }
        }

        var (phase, most) = counts.OrderByDescending(p => p.Value).ThenBy(p => p.Key).First();
        if (most * 2 >= times.Length)
            return phase;
        var mean = (long)(Math.Atan2(sin, cos) / (2 * Math.PI) * step);
        foreach (var unit in (ReadOnlySpan<long>)[step, TimeSpan.TicksPerMinute, TimeSpan.TicksPerSecond])
        {
            var rounded = (long)Math.Round(mean / (double)unit) * unit;
            if (Math.Abs(rounded - mean) <= step / 50)
                return ((rounded % step) + step) % step;
        }

        return ((mean % step) + step) % step;
    }
}
