using System.ComponentModel;
using System.Text.Json.Nodes;
using FLTS.Modules.Registry.Sources;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace FLTS.Modules.Datasets;

/// <summary>The options of a dataset as they stand in an address: one parameter each, <see cref="SourceOptions"/> checks them.</summary>
internal sealed record ReadingQuery
{
    /// <summary>What else the address of a dataset may hold.</summary>
    private static readonly string[] _others = ["part"];

    public required HttpContext Context { get; init; }

    [FromQuery(Name = "timestamp_column"), Description("Column with the times.")]
    public string? TimestampColumn { get; init; }

    [FromQuery(Name = "timezone"), Description("IANA zone, such as Europe/Madrid.")]
    public string? Timezone { get; init; }

    [FromQuery(Name = "time_format"), Description("Form of the times, such as dd/MM/yyyy HH:mm.")]
    public string? TimeFormat { get; init; }

    [FromQuery(Name = "decimal"), Description("Mark before the decimals: . or ,")]
    public string? Decimal { get; init; }

    [FromQuery(Name = "thousands"), Description("Mark between thousands: . , ' or a space.")]
    public string? Thousands { get; init; }

    [FromQuery(Name = "missing_words"), Description("Words that stand for a missing cell; may be repeated.")]
    public string[]? MissingWords { get; init; }

    [FromQuery(Name = "skip_rows"), Description("Rows between the header and the data, such as one of units.")]
    public string? SkipRows { get; init; }

    [FromQuery(Name = "exclude"), Description("A column that is not read; may be repeated.")]
    public string[]? Exclude { get; init; }

    [FromQuery(Name = "series_column"), Description("Column that says which series a row belongs to.")]
    public string? SeriesColumn { get; init; }

    [FromQuery(Name = "series_value"), Description("The series that is read.")]
    public string? SeriesValue { get; init; }

    [FromQuery(Name = "step"), Description("A duration (00:15:00), or business_day, month, quarter, year.")]
    public string? Step { get; init; }

    [FromQuery(Name = "resample"), Description("JSON, such as {\"step\": \"01:00:00\", \"how\": \"mean\"}.")]
    public string? Resample { get; init; }

    [FromQuery(Name = "bounds"), Description("JSON, such as {\"load\": {\"min\": 0}}.")]
    public string? Bounds { get; init; }

    [FromQuery(Name = "non_negative"), Description("auto, on or off.")]
    public string? NonNegative { get; init; }

    [FromQuery(Name = "units"), Description("JSON, such as {\"load\": \"MW\"}; shown only.")]
    public string? Units { get; init; }

    /// <summary>Of an address that says so to <see cref="Given"/>.</summary>
    [FromQuery(Name = "dry_run"), Description("true: it is only said what would be (POST rows).")]
    public bool? DryRun { get; init; }

    /// <summary>What is given, by the names of <see cref="SourceOptions"/>.</summary>
    /// <param name="more">Names of what else this address may hold.</param>
    /// <exception cref="InvalidInputException">A parameter of another name: what it was to do would be left undone in silence.</exception>
    public JsonObject Given(params string[] more)
    {
        // As the framework binds them: whatever the case.
        string[] known = [.. _others, .. more, .. SourceOptions.Names];
        if (Context.Request.Query.Keys.FirstOrDefault(k => !known.Contains(k, StringComparer.OrdinalIgnoreCase)) is { } unknown)
            throw new InvalidInputException($"Unknown parameter '{unknown}' in the address; known are {string.Join(", ", known)}.");
        return OptionText.Read(
            Texts().SelectMany(option => (option.Texts ?? []).OfType<string>().Select(text => (option.Name, text))));
    }

    private IEnumerable<(string Name, string?[]? Texts)> Texts() =>
    [
        ("timestamp_column", [TimestampColumn]), ("timezone", [Timezone]), ("time_format", [TimeFormat]), ("decimal", [Decimal]),
        ("thousands", [Thousands]), ("missing_words", MissingWords), ("skip_rows", [SkipRows]), ("exclude", Exclude),
        ("series_column", [SeriesColumn]), ("series_value", [SeriesValue]), ("step", [Step]), ("resample", [Resample]),
        ("bounds", [Bounds]), ("non_negative", [NonNegative]), ("units", [Units]),
    ];
}
