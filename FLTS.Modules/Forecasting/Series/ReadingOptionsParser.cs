using FLTS.Forecasting.Json;

namespace FLTS.Forecasting.Series;

/// <summary>Reads and checks <see cref="ReadingOptions"/>.</summary>
internal static class ReadingOptionsParser
{
    private const int MostWords = 32, LongestWord = 40, LongestFormat = 60, LongestName = 200;

    /// <param name="options">May hold other options too.</param>
    /// <exception cref="InvalidInputException">A wrong type or value; says what would be right.</exception>
    public static ReadingOptions Read(StrictJson options)
    {
        var words = options.Strings("missing_words", $"a list of at most {MostWords} words", MostWords) ?? [];
        if (words.Any(word => word.Length is 0 or > LongestWord))
            throw options.Wrong("missing_words", $"a list of words of 1 to {LongestWord} characters");
        var read = new ReadingOptions
        {
            TimeFormat = TimeFormat(options),
            Decimal = Mark(options, "decimal", ".,"),
            Thousands = Mark(options, "thousands", "., '"),
            MissingWords = words,
            SkipRows = options.Integer("skip_rows", 0, 1000) ?? 0,
            Exclude = options.Names("exclude") ?? [],
            SeriesColumn = options.Text("series_column", LongestName, 1),
            SeriesValue = options.Text("series_value", LongestName, 1),
            Step = Step(options, "step"),
            Resample = Resampling(options),
        };
        if (read.Decimal is { } mark && read.Thousands == mark)
            throw options.Wrong("thousands", $"another mark than 'decimal' ('{mark}')");
        return read;
    }

    private static string? Step(StrictJson options, string name)
    {
        if (options.Text(name, 40, 1) is not { } step)
            return null;
        SeriesStep.Parse(step, name);
        return step;
    }

    private static string? TimeFormat(StrictJson options) => options.Text("time_format", LongestFormat, 1) switch
    {
        { } format when !Times.TimeFormat.IsSane(format) => throw options.Wrong(
            "time_format",
            "a form that gives back the times it writes, with a year and no part before it left out, in .NET's letters, such as "
            + $"'dd/MM/yyyy HH:mm' (MM is the month, mm the minute, HH counts to 24), or {string.Join(", ", Times.TimeFormat.Words.Keys)}"),
        var format => format,
    };

    private static Resampling? Resampling(StrictJson options)
    {
        if (options.Object("resample")?.AllowOnly("step", "how") is not { } resample)
            return null;
        return new Resampling(
            Step(resample, "step") ?? throw resample.Wrong("step", "a step such as 00:15:00"),
            resample.Choice<ResampleHow>("how") ?? throw resample.Wrong("how", "mean, sum, last or max"));
    }

    private static char? Mark(StrictJson options, string name, string allowed) => options.Text(name) switch
    {
        null => null,
        { Length: 1 } mark when allowed.Contains(mark[0], StringComparison.Ordinal) => mark[0],
        _ => throw options.Wrong(name, "one of " + string.Join(" ", allowed.Select(c => $"'{c}'"))),
    };
}
