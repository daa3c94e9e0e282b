using System.Text.Json.Serialization;

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

    /// <summary>Of a deviation: where nothing ever varied, anything is unusual, and nothing is divided by 0.</summary>
    private const double Least = 1e-6;

    /// <summary>Hours that anything can be told from.</summary>
    private const int LeastHours = 4;

    /// <summary>Hours that a mean of a place can be told from; a place with fewer has what is usual of all hours.</summary>
    private const int LeastOfPlace = 2;

    /// <summary>Hours that the deviation within all places counts like beside those of a place: a few days say little of one.</summary>
    private const double PooledHours = 3;

    /// <summary>e: what is added to errors before they are compared.</summary>
    [JsonIgnore]
    public double Softened => Softening * EwmaError;

    /// <summary>The log ratio of an hour.</summary>
    public double LogRatio(LiveHour hour) => LogRatio(hour, EwmaError);

    /// <summary>How unusual an hour is, in deviations; above 0: worse than usual.</summary>
    /// <param name="hour">That is scored.</param>
    /// <param name="place">Of it, in the season.</param>
    public double Z(LiveHour hour, int place) => (LogRatio(hour) - Means[place]) / Deviations[place];

    /// <summary>Learned from the hours of the validation replay; null: too few are scored, or EWMA makes no errors.</summary>
    public static DriftBaseline? Of(IEnumerable<LiveHour> hours, SeasonPlaces places)
    {
        var scored = hours.Where(h => h.IsScored).ToArray();
        var error = scored.Length == 0 ? 0 : scored.Average(h => h.Other);
        if (error <= 0 || scored.Length < LeastHours)
            return null;

        var ratios = scored.GroupBy(h => places.Of(h.At), h => LogRatio(h, error)).ToDictionary(g => g.Key, g => g.ToArray());
        var all = Spread.Of([.. ratios.Values.SelectMany(r => r)]);
        var seen = ratios.Where(p => p.Value.Length >= LeastOfPlace).ToDictionary(p => p.Key, p => Spread.Of(p.Value));
        var (squares, freedom) = (seen.Values.Sum(s => s.Squares), seen.Values.Sum(s => s.Count - 1));
        var (means, deviations) = (new double[places.Count], new double[places.Count]);
        Array.Fill(means, all.Mean);
        Array.Fill(deviations, Math.Max(Least, Math.Sqrt(all.Squares / (all.Count - 1))));
        foreach (var (place, own) in seen)
        {
            var square = (own.Squares + (PooledHours * squares / freedom)) / (own.Count - 1 + PooledHours);

            // The mean is known no better than so many hours tell it.
            (means[place], deviations[place]) = (own.Mean, Math.Max(Least, Math.Sqrt(square * (1 + (1.0 / own.Count)))));
        }

        return new DriftBaseline(error, means, deviations, scored.Length);
    }

    private static double LogRatio(LiveHour hour, double error) =>
        Math.Log((hour.Champion + (Softening * error)) / (hour.Other + (Softening * error)));

    private readonly record struct Spread(int Count, double Mean, double Squares)
    {
        public static Spread Of(double[] values)
        {
            var mean = values.Average();
            return new Spread(values.Length, mean, values.Sum(v => (v - mean) * (v - mean)));
        }
    }
}
