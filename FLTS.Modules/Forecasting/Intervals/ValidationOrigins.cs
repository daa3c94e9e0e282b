using FLTS.Forecasting.Leads;
using FLTS.Forecasting.Preparation;

namespace FLTS.Forecasting.Intervals;

/// <summary>
/// From where models are asked on the validation part, and how far: given by the data alone, so that the forecasts of all its models can be
/// put beside each other.
/// </summary>
internal static class ValidationOrigins
{
    /// <summary>
    /// Rows up to an origin in its segment: what references and models of usual length look at. One that looks further back has no forecast
    /// so soon after a gap.
    /// </summary>
    private const int UsualRows = 10;

    private static readonly double _golden = (Math.Sqrt(5) - 1) / 2;

    /// <summary>Last known rows, ascending; the row after each validates.</summary>
    /// <param name="data">Whose train part.</param>
    /// <param name="most">Of them.</param>
    public static int[] Of(PreparedDataset data, int most)
    {
        var (series, start) = (data.Train, data.Meta.ValidationStart);
        var before = Math.Clamp(start, 1, UsualRows);
        var origins = new List<int>();
        for (var next = Math.Max(start, before); next < series.Rows; next++)
        {
            if (series.Segments[next - before] == series.Segments[next])
                origins.Add(next - 1);
        }

        return origins.Count <= most ? [.. origins] : [.. Enumerable.Range(0, most).Select(i => origins[Place(i, origins.Count, most)])];
    }

    /// <summary>Knots that end inside the validation part.</summary>
    public static int[] Leads(PreparedDataset data) => Knots.UpTo(data.Train.Rows - data.Meta.ValidationStart);

    /// <summary>
    /// One of each stratum, at a place that wanders by the golden ratio: with even distances all could fall on the same time of day.
    /// </summary>
    private static int Place(int stratum, int count, int strata)
    {
        var (from, to) = ((long)stratum * count / strata, (stratum + 1L) * count / strata);
        return (int)(from + (long)(stratum * _golden % 1 * (to - from)));
    }
}
