namespace FLTS.Forecasting.Live;

/// <summary>The levels whose intervals follow what comes true, in percent; those of others stay fixed.</summary>
internal static class IntervalLevels
{
    public static readonly IReadOnlyList<double> All = [80, 95];

    /// <summary>-1: it is none of them.</summary>
    public static int IndexOf(double level)
    {
        for (var i = 0; i < All.Count; i++)
        {
            if (All[i].Equals(level))
                return i;
        }

        return -1;
    }
}
