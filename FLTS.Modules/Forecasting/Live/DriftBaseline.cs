using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Live;

/// <summary>
/// What is usual for a champion: the log ratio of its hourly error to EWMA's, by place in the season, on the validation part, by the fit
/// that had not seen it (FORECASTING.md 9).
/// </summary>
/// <param name="EwmaError">EWMA's mean hourly error there.</param>
/// <param name="Means">Of the log ratio, a number a place.</param>
/// <param name="Deviations">Of the log ratio, a number a place; above 0.</param>
/// <param name="Hours">Hours that these are of.</param>
public sealed record DriftBaseline(double EwmaError, IReadOnlyList<double> Means, IReadOnlyList<double> Deviations, int Hours)
{
    /// <summary>Added to both errors, as a share of <see cref="EwmaError"/>: without it an hour without any error would say all.</summary>
    private const double Softening = 0.05;

    /// <summary>Hours of a place that a deviation can be told from; with fewer the place has that of all hours.</summary>
    private const int LeastOfPlace = 4;

    /// <summary>e: what is added to errors before they are compared.</summary>
    public double Softened => Softening * EwmaError;

    /// <summary>The log ratio of an hour.</summary>
    public double LogRatio(LiveHour hour) => LogRatio(hour, EwmaError);

    /// <summary>How unusual an hour is, in deviations; above 0: worse than usual.</summary>
    /// <param name="hour">That is scored.</param>
    /// <param name="place">Of it, in the season.</param>
    public double Z(LiveHour hour, int place) => (LogRatio(hour) - Means[place]) / Deviations[place];

    /// <summary>Learned from the hours of the validation replay; null: none is scored, or EWMA makes no errors.</summary>
    public static DriftBaseline? Of(IEnumerable<LiveHour> hours, SeasonPlaces places)
    {
        var scored = hours.Where(h => h.IsScored).ToArray();
        var error = scored.Length == 0 ? 0 : scored.Average(h => h.Other);
        if (error <= 0 || scored.Length < LeastOfPlace)
            return null;

        var (means, deviations) = (new double[places.Count], new double[places.Count]);
        var all = MeanAndDeviation([.. scored.Select(h => LogRatio(h, error))]);
        Array.Fill(means, all.Mean);
        Array.Fill(deviations, all.Deviation);
        foreach (var place in scored.GroupBy(h => places.Of(h.At)).Where(p => p.Count() >= LeastOfPlace))
            (means[place.Key], deviations[place.Key]) = MeanAndDeviation([.. place.Select(h => LogRatio(h, error))]);

        // A place that happened to be calm must not make an alarm of every usual hour.
        return new DriftBaseline(error, means, Array.ConvertAll(deviations, d => Math.Max(d, all.Deviation / 4)), scored.Length);
    }

    private static double LogRatio(LiveHour hour, double error) =>
        Math.Log((hour.Champion + (Softening * error)) / (hour.Other + (Softening * error)));

    /// <summary>The deviation is that of the values around a mean that they gave themselves; never 0.</summary>
    private static (double Mean, double Deviation) MeanAndDeviation(double[] values)
    {
        var (mean, deviation) = Statistics.MeanAndDeviation(values);
        return (mean, Math.Max(1e-6, deviation * Math.Sqrt(values.Length / (values.Length - 1.0))));
    }
}
