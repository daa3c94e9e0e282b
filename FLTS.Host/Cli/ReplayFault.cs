using System.Globalization;
using FLTS.Forecasting.Broken;

namespace FLTS.Host.Cli;

/// <summary>What goes wrong in a replay, and from when on.</summary>
/// <param name="Kind">Its name.</param>
/// <param name="Size">Steps, factor or share.</param>
/// <param name="From">Rows of this time on have it.</param>
internal sealed record ReplayFault(string Kind, double Size, DateTime From)
{
    /// <summary>Of the rows: the truth is higher by a share of the column's range.</summary>
    public const string Shift = "shift";

    /// <summary>Of the rows: so many of them never come.</summary>
    public const string Gap = "gap";

    /// <summary>Of the rows: they come so many steps after their time.</summary>
    public const string Late = "late";

    /// <summary>What one of each kind looks like, for help and messages.</summary>
    public const string Forms =
        "stale:3 (the champion sees rows of 3 steps ago), gain:1.1 (its forecasts are multiplied), bias:0.02 (they are higher by 2 % of "
        + "the range), worse:0.2 (its errors are 20 % larger), shift:0.1 (the rows are higher by 10 % of the range), gap:30 (30 rows never "
        + "come), late:3 (rows come 3 steps late)";

    private static readonly string[] _inSteps = ["stale", Gap, Late];

    /// <summary>What is broken in the champion; null: the fault is one of the rows.</summary>
    public ModelFault? OfModel =>
        Enum.TryParse<ModelFaultKind>(Kind, ignoreCase: true, out var kind) ? new ModelFault(kind, Size, From) : null;

    /// <summary>Reads <c>KIND:SIZE@TIME</c>.</summary>
    /// <exception cref="InvalidInputException">Not of that form; says what is.</exception>
    public static ReplayFault Parse(string text)
    {
        var (what, at) = text.Split('@', 2) is [var left, var right]
            ? (left.Split(':', 2), right)
            : throw Wrong(text, "it has no '@' with the time from which on it is there");
        if (what is not [var kind, var number]
            || !double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var size)
            || !double.IsFinite(size))
            throw Wrong(text, "before the '@' must stand a kind, ':' and a number");
        if (kind is not (Shift or Gap or Late) && !Enum.GetNames<ModelFaultKind>().Contains(kind, StringComparer.OrdinalIgnoreCase))
            throw Wrong(text, $"there is no kind '{kind}'");
        if (_inSteps.Contains(kind) && (size < 1 || size != Math.Floor(size)))
            throw Wrong(text, $"'{kind}' counts steps: a whole number from 1");
        return new ReplayFault(kind, size, Time(at, $"--fault {text}"));
    }

    /// <summary>A time as it is written in the file, without a zone.</summary>
    /// <exception cref="InvalidInputException">No time.</exception>
    public static DateTime Time(string text, string what) =>
        DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) && time.Kind == DateTimeKind.Unspecified
            ? time
            : throw new InvalidInputException($"{what}: '{text}' is no time without a zone such as 2018-02-26T12:00.");

    private static InvalidInputException Wrong(string text, string why) =>
        new($"--fault {text}: {why}. It is written as KIND:SIZE@TIME, such as gain:1.1@2018-02-26T12:00; there are {Forms}.");
}
