using System.Globalization;
using FLTS.Forecasting.Compute;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Preparation;

/// <summary>
/// scikit-learn's KNNImputer (weights "distance", metric nan_euclidean) over min-max-scaled columns: a hole becomes the mean, weighted by
/// 1/distance, of the k nearest rows that have the value; where no row shares a column with it, the column's mean.
/// </summary>
internal static class KnnImputer
{
    /// <summary>More than that is hours of computing.</summary>
    private const double MostOperations = 1e13;

    /// <summary>
    /// Fills every NaN. Cost: holes' rows x rows x columns.
    /// </summary>
    /// <param name="values">[C][T] At least one value a column.</param>
    /// <param name="neighbors">k, at least 1.</param>
    /// <param name="parallelism">Cancellation is looked at before every row.</param>
    /// <exception cref="InvalidInputException">It would take hours.</exception>
    public static void Fill(double[][] values, int neighbors, Parallelism parallelism = default)
    {
        var rows = values[0].Length;
        var scales = Array.ConvertAll(values, Scale);
        var scaled = values.Select((column, c) => Array.ConvertAll(column, v => (v - scales[c].Min) / scales[c].Range)).ToArray();
        var incomplete = Enumerable.Range(0, rows).Where(t => values.Any(column => double.IsNaN(column[t]))).ToArray();
        RefuseTooMany(incomplete.Length, rows, values.Length);
        parallelism.For(incomplete.Length, () => (Distances: new double[rows], Shared: new int[rows]), (i, room) =>
        {
            var (t, distances) = (incomplete[i], room.Distances);
            Distances(scaled, t, distances, room.Shared);
            for (var c = 0; c < values.Length; c++)
            {
                if (double.IsNaN(scaled[c][t]))
                    values[c][t] = (Estimate(scaled[c], distances, neighbors) * scales[c].Range) + scales[c].Min;
            }
        });
    }

    internal static void RefuseTooMany(int holes, int rows, int columns)
    {
        if ((double)holes * rows * columns is var operations and > MostOperations)
            throw new InvalidInputException(string.Create(
                CultureInfo.InvariantCulture,
                $"'missing' is knn: {holes} rows with holes x {rows} rows x {columns} columns are {operations:0.#e+0} comparisons; at most "
                + $"{MostOperations:0e+0} are made. Use interpolate or forward_fill, or fewer rows."));
    }

    private static (double Min, double Range) Scale(double[] column)
    {
        var seen = Array.FindAll(column, v => !double.IsNaN(v));
        var (min, max) = Statistics.Range(seen);
        return (min, Statistics.IsFlat(min, max) ? 1 : max - min);
    }

    /// <summary>sqrt(columns / columns shared * sum of squares over shared columns); infinite where none is shared.</summary>
    private static void Distances(double[][] scaled, int row, double[] distances, int[] shared)
    {
        Array.Clear(distances);
        Array.Clear(shared);
        foreach (var column in scaled)
        {
            var at = column[row];
            if (double.IsNaN(at))
                continue;
            for (var t = 0; t < distances.Length; t++)
            {
                var difference = column[t] - at;
                if (double.IsNaN(difference))
                    continue;
                distances[t] += difference * difference;
                shared[t]++;
            }
        }

        for (var t = 0; t < distances.Length; t++)
            distances[t] = shared[t] == 0 ? double.PositiveInfinity : Math.Sqrt(distances[t] * scaled.Length / shared[t]);
    }

    private static double Estimate(double[] column, double[] distances, int neighbors)
    {
        // Ties go to the earlier row.
        var nearest = new List<(double Distance, double Value)>(neighbors + 1);
        double sum = 0;
        var seen = 0;
        for (var t = 0; t < column.Length; t++)
        {
            if (double.IsNaN(column[t]))
                continue;
            sum += column[t];
            seen++;
            if (double.IsInfinity(distances[t]) || (nearest.Count == neighbors && distances[t] >= nearest[^1].Distance))
                continue;
            var place = nearest.FindIndex(n => distances[t] < n.Distance);
            nearest.Insert(place < 0 ? nearest.Count : place, (distances[t], column[t]));
            if (nearest.Count > neighbors)
                nearest.RemoveAt(neighbors);
        }

        if (nearest.Count == 0)
            return sum / seen;
        if (nearest[0].Distance == 0)
            return nearest.Where(n => n.Distance == 0).Average(n => n.Value);
        var weights = nearest.Sum(n => 1 / n.Distance);
        return nearest.Sum(n => n.Value / n.Distance) / weights;
    }
}
