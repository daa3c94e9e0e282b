using FLTS.Forecasting.Live;

namespace FLTS.Tests.Forecasting.Live;

/// <summary>
/// Hours of a station of two minutes whose errors have a daily course, last for hours, and are larger in both models on some days than on
/// others.
/// </summary>
internal sealed class Station(int seed)
{
    public static readonly SeasonPlaces Places = new(TimeSpan.FromMinutes(2));

    private static readonly DateTime _begin = new(2026, 3, 2);

    private readonly Chance _chance = new(seed);
    private double _noise;
    private int _hours;

    public LiveHour[] Days(int days, double timesWorse = 1) => [.. Enumerable.Range(0, 24 * days).Select(_ => Next(timesWorse))];

    private LiveHour Next(double timesWorse)
    {
        var at = _begin.AddHours(_hours++);
        _noise = (0.3 * _noise) + (0.2 * _chance.Normal());
        var course = 1 + (0.5 * Math.Sin(2 * Math.PI * at.Hour / 24));
        var ewma = 0.05 * course * Math.Exp(0.3 * _chance.Normal());
        var champion = 0.8 * ewma * (1 + (0.1 * Math.Cos(2 * Math.PI * at.Hour / 24))) * Math.Exp(_noise);
        return new LiveHour(at, true, timesWorse * champion, ewma);
    }
}
