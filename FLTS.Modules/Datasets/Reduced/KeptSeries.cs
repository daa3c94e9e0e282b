using FLTS.Forecasting.Series;
using FLTS.Forecasting.Series.Grid;

namespace FLTS.Modules.Datasets.Reduced;

/// <summary>A dataset on its grid, train and test together, as charts are drawn of it. T rows, C columns.</summary>
/// <param name="Timestamps">[T] Ascending; instants where there is a zone.</param>
/// <param name="Segments">[T] Rows of different segments are further apart than gaps are filled.</param>
/// <param name="Step">From row to row.</param>
/// <param name="Columns">[C]</param>
/// <param name="Values">[C][T] NaN where missing.</param>
internal sealed record KeptSeries(
    DateTime[] Timestamps, int[] Segments, SeriesStep Step, IReadOnlyList<string> Columns, double[][] Values)
{
    /// <summary>That it takes.</summary>
    public long Bytes => (long)Timestamps.Length * ((sizeof(double) * (Columns.Count + 1)) + sizeof(int));

    /// <summary>Reads a table out; what is refused for training (too many doubles) is drawn.</summary>
    /// <exception cref="InvalidInputException">Too few rows, or no regular step.</exception>
    public static KeptSeries Of(RawTable table)
    {
        var frame = SeriesFrame.From(table, SeriesFrame.DefaultMaxGapSteps, isExcerpt: true);
        return new KeptSeries(frame.Timestamps, frame.Segments, frame.Step, frame.Columns, frame.Values);
    }
}
