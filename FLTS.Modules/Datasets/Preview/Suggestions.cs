using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FLTS.Forecasting.Series;
using FLTS.Modules.Registry.Sources;

namespace FLTS.Modules.Datasets.Preview;

/// <summary>
/// Values that an option may be given where the reader, who sees one cell or the times alone, cannot name them; likelier ones first.
/// </summary>
internal static partial class Suggestions
{
    /// <summary>Share of the rows that may have the time of another one (FORECASTING.md 1).</summary>
    private const double MostDoubles = 0.01;

    /// <summary>Zones that are offered: those of much traffic, one for each clock.</summary>
    private static readonly string[] _zones =
    [
        "UTC", "Europe/Madrid", "Europe/Paris", "Europe/Berlin", "Europe/London", "Europe/Helsinki", "Europe/Istanbul",
        "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Sao_Paulo", "Asia/Kolkata",
        "Asia/Shanghai", "Asia/Tokyo", "Australia/Sydney",
    ];

    /// <param name="needed">The option, with the values that the reader named.</param>
    /// <param name="head">The first lines.</param>
    /// <param name="table">As far as it could be read; null: not at all.</param>
    public static IReadOnlyList<JsonNode> Of(OptionNeeded needed, HeadLines head, RawTable? table) => needed.Option switch
    {
        "timestamp_column" => [.. DaysWithTimes(head), .. Written(head)],
        "timezone" when needed.Choices.Count == 0 => [.. Zones(head).Append("UTC").Distinct().Select(z => (JsonNode)z)],
        "series_column" when table is not null => [.. SeriesColumns(head, table.TimestampColumn)],
        "resample" when table is not null => [.. Grids(table.Timestamps)],
        _ => needed.Choices,
    };

    /// <summary>All columns, those that are no plain numbers first.</summary>
    private static IEnumerable<JsonNode> Written(HeadLines head) =>
        from column in head.Names.Index()
        orderby head.Rows.Count > 0 && double.TryParse(head.Rows[0][column.Index], CultureInfo.InvariantCulture, out _)
        select (JsonNode)column.Item;

    /// <summary>
    /// What a table would need whose times do not make one series: every time once a series, or an irregular one on a grid.
    /// </summary>
    public static OptionNeeded? ForTimes(RawTable? table, bool isRefused)
    {
        if (table is null)
            return null;
        var doubles = table.Rows - table.Timestamps.Distinct().Count();
        return doubles > MostDoubles * table.Rows ? new OptionNeeded("series_column") : isRefused ? new OptionNeeded("resample") : null;
    }

    /// <summary>A column of days and the next one of times of day, as one.</summary>
    private static IEnumerable<JsonNode> DaysWithTimes(HeadLines head)
    {
        for (var i = 0; i + 1 < head.Names.Count; i++)
        {
            if (head.Rows.Count > 0 && Day().IsMatch(head.Rows[0][i]) && TimeOfDay().IsMatch(head.Rows[0][i + 1]))
                yield return $"{head.Names[i]}+{head.Names[i + 1]}";
        }
    }

    /// <summary>Zones whose clocks show every time with the offset that is written.</summary>
    private static IEnumerable<string> Zones(HeadLines head)
    {
        var written = new List<DateTimeOffset>();
        foreach (var cell in head.Rows.SelectMany(r => r).Where(c => Offset().IsMatch(c)))
        {
            if (DateTimeOffset.TryParse(cell, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
                written.Add(time);
        }

        return _zones.Where(
            z => written.Count > 0 && written.All(t => TimeZoneInfo.FindSystemTimeZoneById(z).GetUtcOffset(t) == t.Offset));
    }

    /// <summary>Columns of several values, each at most once at a time: words before numbers, few values before many.</summary>
    private static IEnumerable<JsonNode> SeriesColumns(HeadLines head, string timestampColumn)
    {
        var times = head.TimeFields(timestampColumn);
        return
            from column in head.Names.Index()
            where !times.Contains(column.Index)
            let values = head.Rows.Select(r => r[column.Index].Trim()).ToHashSet(StringComparer.Ordinal)
            where values.Count is > 1 and <= SourceSeries.Most
            let both = times.Append(column.Index)
            where head.Rows.Select(r => string.Join('\n', both.Select(f => r[f].Trim()))).Distinct().Count() == head.Rows.Count
            orderby values.All(v => double.TryParse(v, CultureInfo.InvariantCulture, out _)), values.Count
            select (JsonNode)column.Item;
    }

    /// <summary>Grids of the usual distance, rounded up to what people count in.</summary>
    private static IEnumerable<JsonNode> Grids(DateTime[] times)
    {
        var sorted = times.Order().ToList();
        var distances = sorted.Zip(sorted.Skip(1), (a, b) => b - a).Where(d => d > TimeSpan.Zero).Order().ToList();
        if (distances.Count == 0)
            return [];

        int[] seconds = [1, 5, 10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];
        var usual = distances[distances.Count / 2].TotalSeconds;
        var step = TimeSpan.FromSeconds(Array.Find(seconds, s => s >= usual) is var found and > 0 ? found : seconds[^1]);
        return ((string[])["mean", "sum", "last", "max"]).Select(how => new JsonObject { ["step"] = $"{step:c}", ["how"] = how });
    }

    [GeneratedRegex(@"^\s*(\d{4}[-/.]?\d{1,2}[-/.]?\d{1,2}|\d{1,2}[-/. ]\w{1,9}[-/. ]\d{2,4})\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Day();

    [GeneratedRegex(@"^\s*\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?( ?[AaPp][Mm])?\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex TimeOfDay();

    [GeneratedRegex(@"\d[Tt ].*([+-]\d{2}:?\d{2}|[Zz])$", RegexOptions.CultureInvariant)]
    private static partial Regex Offset();
}
