using System.Globalization;
using FLTS.Forecasting.Series;
using ScottPlot;
using SkiaSharp;

namespace FLTS.Modules.Datasets;

/// <summary>How plots write: fonts, names, numbers and times that fit.</summary>
internal static class PlotText
{
    private const int LongestName = 48;

    private static readonly string[] _fonts = ["DejaVu Sans", "Liberation Sans", "Noto Sans", "Open Sans", "Arial", "Helvetica"];

    private static readonly (double Size, string Letter)[] _units = [(1e12, " T"), (1e9, " G"), (1e6, " M")];

    /// <summary>A font without serifs where there is one; one that has a name's letters where they are others.</summary>
    public static string FontFor(string text)
    {
        var installed = SKFontManager.Default.FontFamilies.ToHashSet(StringComparer.Ordinal);
        return text.All(char.IsAscii) ? Array.Find(_fonts, installed.Contains) ?? Fonts.Default : Fonts.Detect(text);
    }

    /// <summary>A name that fits beside its axis.</summary>
    public static string Short(string name)
    {
        var clean = new string([.. name.Select(c => char.IsControl(c) ? ' ' : c)]);
        return clean.Length <= LongestName ? clean : string.Concat(clean.AsSpan(0, LongestName - 1), "\u2026");
    }

    /// <summary>
    /// Labels of one axis: in M, G or T where numbers are large, all in the same one; in full where they differ only in later digits.
    /// </summary>
    /// <param name="axis">The axis.</param>
    /// <param name="least">Least value on it.</param>
    /// <param name="greatest">Greatest value on it.</param>
    public static void LabelNumbers(IAxis axis, double least, double greatest)
    {
        var largest = Math.Max(Math.Abs(least), Math.Abs(greatest));
        var (size, letter) = _units.FirstOrDefault(u => largest >= u.Size && largest < 1e16 && greatest - least > u.Size * 1e-2, (1, ""));
        axis.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic
        {
            LabelFormatter = value =>
                value == 0 ? "0" : size > 1 ? (value / size).ToString("0.####", CultureInfo.InvariantCulture) + letter : Number(value),
        };
    }

    /// <summary>Labels of an axis of logarithms to base 10.</summary>
    public static void LabelPowers(IAxis axis) => axis.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic
    {
        IntegerTicksOnly = true,
        MinorTickGenerator = new ScottPlot.TickGenerators.LogMinorTickGenerator(),
        LabelFormatter = power => InShort(Math.Pow(10, power)),
    };

    /// <summary>A number by itself.</summary>
    public static string InShort(double value)
    {
        var (size, letter) = _units.FirstOrDefault(u => Math.Abs(value) >= u.Size && Math.Abs(value) < 1e16, (1, ""));
        return size > 1 ? (value / size).ToString("0.##", CultureInfo.InvariantCulture) + letter : Number(value);
    }

    /// <summary>A step, as people say it.</summary>
    public static string Step(SeriesStep step) =>
        step.Calendar is { } calendar ? calendar.Replace('_', ' ') : Time(step.Duration);

    /// <summary>A length of time, as people say it.</summary>
    public static string Time(TimeSpan time) => time switch
    {
        { TotalDays: >= 2 } => FormattableString.Invariant($"{time.TotalDays:0.#} days"),
        { TotalHours: >= 2 } => FormattableString.Invariant($"{time.TotalHours:0.#} h"),
        { TotalMinutes: >= 10 } => FormattableString.Invariant($"{time.TotalMinutes:0} min"),
        { TotalMinutes: >= 1 } => FormattableString.Invariant($"{time.TotalMinutes:0.##} min"),
        _ => FormattableString.Invariant($"{time.TotalSeconds:0.###} s"),
    };

    // A number of a hundred digits would leave no room for the plot, and one of 1e-12 be written as 0.
    private static string Number(double value) => value == 0 ? "0" : Math.Abs(value) switch
    {
        >= 1e16 or < 1e-6 => value.ToString("0.###e+0", CultureInfo.InvariantCulture),
        >= 1000 => value.ToString("#,0.####", CultureInfo.InvariantCulture),
        _ => Math.Round(value, 10).ToString("G", CultureInfo.InvariantCulture),
    };
}
