using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Models;

/// <summary>
/// A model's input at one origin: a view of a prepared series, nothing is copied. Seen from it are the
/// <see cref="ModelSignature.InputLength"/> rows that end at the origin, which lie in one segment, and of the rows behind it only columns
/// known ahead (<see cref="ModelSignature.KnownAhead"/>); where the segment ends, their last value is held.
/// </summary>
/// <param name="Series">Columns as <see cref="ModelSignature.Inputs"/>, found by name, on the model's scale.</param>
/// <param name="Origin">Last known row.</param>
/// <param name="Holidays">All that fall on the coming days beside those the model knows; null: nobody said, which a model
/// that has to know refuses.</param>
public readonly record struct Window(PreparedSeries Series, int Origin, IReadOnlyList<ComingHoliday>? Holidays)
{
    /// <summary>A window on whose coming days no holidays fall but those that the model knows.</summary>
    public Window(PreparedSeries series, int origin)
        : this(series, origin, [])
    {
    }

    /// <summary>Whether the series has so many rows without a gap up to the origin.</summary>
    /// <param name="rows">At least 1.</param>
    public bool HasRows(int rows) =>
        Origin >= rows - 1 && Origin < Series.Rows && Series.Segments[Origin - rows + 1] == Series.Segments[Origin];
}
