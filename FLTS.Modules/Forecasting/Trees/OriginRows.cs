namespace FLTS.Forecasting.Trees;

/// <summary>All windows of train, as origins to forecast from; what depends on them alone is cut into bins once for all knots.</summary>
internal sealed class OriginRows : IDisposable
{
    /// <param name="data">Train.</param>
    /// <param name="features">How windows become features.</param>
    /// <param name="inputLength">Rows of a window.</param>
    /// <param name="lightGbm">LightGBM's parameters.</param>
    /// <param name="cancellation">Looked at now and then.</param>
    public OriginRows(
        TrainingSet data, KnotFeatures features, int inputLength, string lightGbm, CancellationToken cancellation)
    {
        (Features, Table) = (features, new RowTable(data.Series));
        Rows = [.. Enumerable.Range(0, data.Series.Rows).Where(row => new Window(data.Series, row).HasRows(inputLength))];
        var fit = Enumerable.Range(0, Rows.Length).Where(i => Rows[i] + 1 < data.ValidationStart).ToArray();
        Windows = BinnedRows.Of(
            lightGbm,
            Rows.Length,
            features.WindowWidth,
            fit,
            (i, into) => features.FillWindow(Table.Rows(Rows[i] - inputLength + 1, Rows[i] + 1), into),
            cancellation);
    }

    /// <summary>How they become features.</summary>
    public KnotFeatures Features { get; }

    /// <summary>The series row by row.</summary>
    public RowTable Table { get; }

    /// <summary>[N] Last row of each.</summary>
    public int[] Rows { get; }

    /// <summary>[N, WindowWidth]</summary>
    public BinnedRows Windows { get; }

    public void Dispose() => Windows.Dispose();
}
