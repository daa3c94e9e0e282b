using System.Globalization;

namespace FLTS.Modules.Page.Drawing;

/// <summary>An axis of values as the chart library lays it: from one round number to another, with round ones between.</summary>
/// <param name="First">The lowest, in intervals.</param>
/// <param name="Count">Of intervals.</param>
/// <param name="Interval">Between two numbers.</param>
internal sealed record ValueAxis(double First, int Count, double Interval)
{
    private const int Parts = 5;

    private static readonly (double Factor, string Letter)[] _letters = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")];

    public double Low => First * Interval;

    public double High => (First + Count) * Interval;

    /// <summary>From below.</summary>
    public IEnumerable<double> Ticks => Enumerable.Range(0, Count + 1).Select(i => (First + i) * Interval);

    /// <summary>The axis that has room for values; one value has as much above as below.</summary>
    public static ValueAxis Over(double low, double high)
    {
        if (low == high)
            (low, high) = low == 0 ? (0, 1) : (low - (Math.Abs(low) / 2), high + (Math.Abs(high) / 2));
        var interval = Round((high - low) / Parts);
        var first = Math.Floor(low / interval);
        return new ValueAxis(first, (int)(Math.Ceiling(high / interval) - first), interval);
    }

    /// <summary>A number as the page's script shows it.</summary>
    public static string Show(double value, string? unit)
    {
        var size = Math.Abs(value);
        if (size is >= 1e15 or (> 0 and < 1e-4))
            return With(value.ToString("0.000e+0", CultureInfo.InvariantCulture), unit is null ? null : $" {unit}");
        if (size < 1e4)
            return With(Digits(value), unit is null ? null : $" {unit}");
        var (factor, letter) = _letters.First(l => size >= l.Factor);
        return With($"{Digits(value / factor)} {letter}", unit);

        static string With(string number, string? unit) => number + unit;
    }

    private static string Digits(double value)
    {
        var four = value.ToString("G4", CultureInfo.InvariantCulture);
        return double.Parse(four, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture); // Without an exponent.
    }

    private static double Round(double interval)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(interval)));
        return power * (interval / power) switch { < 1.5 => 1, < 2.5 => 2, < 4 => 3, < 7 => 5, _ => 10 };
    }
}
