namespace FLTS.Forecasting.Preparation;

/// <summary>Filling of holes (NaN) in one column or table; masks of what was observed.</summary>
public static class MissingValues
{
    /// <summary>[T] True where there is a value; null when all are there (so that full columns can share one mask).</summary>
    public static bool[]? ObservedMask(ReadOnlySpan<double> values)
    {
        var first = 0;
        while (first < values.Length && !double.IsNaN(values[first]))
            first++;
        if (first == values.Length)
            return null;
        var mask = new bool[values.Length];
        for (var t = 0; t < values.Length; t++)
            mask[t] = !double.IsNaN(values[t]);
        return mask;
    }

    /// <summary>Columns that miss the same rows, as all do in a gap, share one mask.</summary>
    internal static void ShareEqual(bool[][] masks)
    {
        for (var c = 1; c < masks.Length; c++)
        {
            if (masks[c].AsSpan().SequenceEqual(masks[c - 1]))
                masks[c] = masks[c - 1];
        }
    }

    /// <summary>
    /// Linear in time between the neighbours that are there; leading holes take the first value seen, trailing ones the last.
    /// For train only: it looks ahead.
    /// </summary>
    /// <param name="times">[T] ascending.</param>
    /// <param name="values">[T] At least one is no NaN.</param>
    public static void Interpolate(ReadOnlySpan<DateTime> times, Span<double> values)
    {
        var before = -1;
        for (var t = 0; t < values.Length; t++)
        {
            if (double.IsNaN(values[t]))
                continue;
            if (before < 0)
            {
                values[..t].Fill(values[t]);
            }
            else if (before + 1 < t)
            {
                double span = (times[t] - times[before]).Ticks;
                var (left, right) = (values[before], values[t]);
                for (var i = before + 1; i < t; i++)
                    values[i] = left + ((right - left) * ((times[i] - times[before]).Ticks / span));
            }

            before = t;
        }

        if (before >= 0)
            values[(before + 1)..].Fill(values[before]);
    }

    /// <summary>The last value seen; causal.</summary>
    /// <param name="values">[T]</param>
    /// <param name="before">What leading holes take.</param>
    public static void FillForward(Span<double> values, double before)
    {
        for (var t = 0; t < values.Length; t++)
        {
            if (double.IsNaN(values[t]))
                values[t] = before;
            else
                before = values[t];
        }
    }

    /// <summary>The first value that is there; NaN if none is.</summary>
    public static double FirstSeen(ReadOnlySpan<double> values)
    {
        foreach (var value in values)
        {
            if (!double.IsNaN(value))
                return value;
        }

        return double.NaN;
    }
}
