using System.Globalization;

namespace FLTS.Forecasting.Features;

/// <summary>Lag columns: <c>name_lag_n</c> holds the value of <c>name</c> n rows earlier, on the same scale.</summary>
public static class Lags
{
    /// <summary>Name of a lag column.</summary>
    public static string NameOf(string source, int lag) => string.Create(CultureInfo.InvariantCulture, $"{source}_lag_{lag}");

    /// <summary>Takes a lag column's name apart; for models that recompute lags from their own forecasts.</summary>
    /// <param name="column">A column's name.</param>
    /// <param name="columns">All columns; the source must be among them.</param>
    /// <param name="source">Position of the source column.</param>
    /// <param name="lag">Rows back, at least 1.</param>
    public static bool TryParse(string column, IReadOnlyList<string> columns, out int source, out int lag)
    {
        (source, lag) = (-1, 0);
        var at = column.LastIndexOf("_lag_", StringComparison.Ordinal);
        if (at <= 0 || !int.TryParse(column.AsSpan(at + 5), NumberStyles.None, CultureInfo.InvariantCulture, out lag) || lag < 1)
            return false;
        for (var i = 0; i < columns.Count; i++)
        {
            if (columns[i].AsSpan().SequenceEqual(column.AsSpan(0, at)))
                source = i;
        }

        return source >= 0;
    }

    /// <summary>[T] Values n rows earlier; the first n rows of each segment get NaN, for the caller to drop.</summary>
    internal static double[] Shift(double[] values, int[] segments, int lag)
    {
        var shifted = new double[values.Length];
        for (var t = 0; t < values.Length; t++)
            shifted[t] = t >= lag && segments[t - lag] == segments[t] ? values[t - lag] : double.NaN;
        return shifted;
    }

    /// <summary>[T] The mask that goes with <see cref="Shift(double[], int[], int)"/>.</summary>
    internal static bool[] Shift(bool[] observed, int lag)
    {
        var shifted = new bool[observed.Length];
        Array.Copy(observed, 0, shifted, Math.Min(lag, observed.Length), Math.Max(0, observed.Length - lag));
        return shifted;
    }

    /// <summary>Rows that have every lag: those at least <paramref name="largest"/> rows into their segment.</summary>
    internal static int[] CompleteRows(int[] segments, int largest)
    {
        var rows = new List<int>(segments.Length);
        for (var t = largest; t < segments.Length; t++)
        {
            if (segments[t - largest] == segments[t])
                rows.Add(t);
        }

        return [.. rows];
    }
}
