namespace FLTS.Forecasting.Live;

/// <summary>
/// One-sided CUSUM of how much worse than usual the champion is, hour by hour (FORECASTING.md 9). Hours that are not scored are skipped.
/// </summary>
/// <param name="baseline">What is usual.</param>
/// <param name="places">Of the season.</param>
public sealed class DriftCusum(DriftBaseline baseline, SeasonPlaces places)
{
    /// <summary>The sum at which it is drift.</summary>
    public const double Threshold = 12;

    private const double MostUnusual = 3;

    /// <summary>What an hour may be worse than usual without counting: more where little is known of what is usual.</summary>
    private readonly double _allowance = 0.5 + (3 / Math.Sqrt(baseline.Hours));

    /// <summary>The sum so far.</summary>
    public double Sum { get; private set; }

    /// <summary>Adds the next hour.</summary>
    /// <returns>It is drift now.</returns>
    public bool Add(LiveHour hour)
    {
        if (!hour.IsScored)
            return false;

        var z = Math.Clamp(baseline.Z(hour, places.Of(hour.At)), -MostUnusual, MostUnusual);
        Sum = Math.Max(0, Sum + z - _allowance);
        return Sum >= Threshold;
    }

    /// <summary>The first hour of drift, with the sum that it came to; null: there is none.</summary>
    /// <param name="hours">In order.</param>
    public (DateTime At, double Sum)? First(IEnumerable<LiveHour> hours)
    {
        foreach (var hour in hours)
        {
            if (Add(hour))
                return (hour.At, Sum);
        }

        return null;
    }
}
