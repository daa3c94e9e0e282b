using System.Globalization;
using FLTS.Forecasting.Scaling;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Preparation;

/// <summary>What has to be said of the rows that a forecast starts from, as they were measured.</summary>
public static class ServingRemarks
{
    /// <summary>Share of missing values from which on they are told.</summary>
    private const double ManyMissing = 0.25;

    /// <summary>Sentences for the answer.</summary>
    /// <param name="column">What train said of it.</param>
    /// <param name="values">Original units, NaN where there is none.</param>
    /// <param name="isTarget">Whether it is forecast.</param>
    public static IReadOnlyList<string> Of(ColumnScale column, ReadOnlySpan<double> values, bool isTarget)
    {
        var (missing, min, max) = (0, double.PositiveInfinity, double.NegativeInfinity);
        foreach (var value in values)
        {
            if (double.IsNaN(value))
                missing++;
            else
                (min, max) = (Math.Min(min, value), Math.Max(max, value));
        }

        var isSparse = missing > ManyMissing * values.Length;
        var moves = isTarget && column.Flat && missing < values.Length
            && !Statistics.IsFlat(Math.Min(min, column.Min), Math.Max(max, column.Max));
        if (!isSparse && !moves)
            return [];

        List<string> remarks = [];
        if (isSparse)
            remarks.Add($"{missing} of the {values.Length} newest values of '{column.Name}' are missing: each is the last one seen.");
        if (moves)
            remarks.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"'{column.Name}' was {column.Min:G6} throughout train and is forecast so, but the newest rows have it from {min:G6} to "
                + $"{max:G6}: train again with rows in which it changes."));
        return remarks;
    }
}
