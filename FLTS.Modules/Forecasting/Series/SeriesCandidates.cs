namespace FLTS.Forecasting.Series;

/// <summary>Which columns of a file in which times repeat may say whose a row is.</summary>
internal static class SeriesCandidates
{
    /// <summary>Columns of whole numbers that tell all rows of the same time apart, then those that hold text.</summary>
    public static IReadOnlyList<string> Of(RawTable table)
    {
        var most = table.Timestamps.CountBy(time => time).Max(times => times.Value);
        return
        [
            .. Enumerable.Range(0, table.Columns.Count).Where(c => TellsApart(table, c, 2 * most)).Select(c => table.Columns[c]),
            .. table.Header.Except(table.Columns, StringComparer.Ordinal),
        ];
    }

    /// <summary>A column that holds many more numbers than there are rows of one time is a measurement.</summary>
    private static bool TellsApart(RawTable table, int column, int most)
    {
        var values = table.Take(column, 0, table.Rows);
        var (rows, series) = (new HashSet<(DateTime, double)>(), new HashSet<double>());
        for (var row = 0; row < values.Length; row++)
        {
            if (double.IsNaN(values[row]) || values[row] != Math.Floor(values[row]) || !rows.Add((table.Timestamps[row], values[row])))
                return false;
            series.Add(values[row]);
        }

        return series.Count <= most;
    }
}
