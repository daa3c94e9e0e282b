using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Models;

/// <summary>
/// Where a model's inputs stand in a series. The newest list of columns is kept: rows that a server is sent have the same one.
/// </summary>
/// <param name="inputs">F names.</param>
internal sealed class InputPlaces(IReadOnlyList<string> inputs)
{
    private Known? _known;

    /// <summary>[F] Not to be changed.</summary>
    /// <exception cref="ArgumentException">The series lacks one.</exception>
    public int[] In(PreparedSeries series)
    {
        var known = _known;
        if (known is null || !ReferenceEquals(known.Columns, series.Columns))
            _known = known = new Known(series.Columns, [.. inputs.Select(series.IndexOf)]);
        return known.Places;
    }

    private sealed record Known(IReadOnlyList<string> Columns, int[] Places);
}
