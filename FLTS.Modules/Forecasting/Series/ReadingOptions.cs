using System.Text.Json.Nodes;

namespace FLTS.Forecasting.Series;

/// <summary>
/// How a file is read where it does not say so itself (FORECASTING.md 1). The defaults read nothing differently and are not hashed, so
/// that data of before keeps its identity.
/// </summary>
public sealed record ReadingOptions
{
    /// <summary>The members, as they are named in requests, stored configurations and query strings.</summary>
    public static readonly IReadOnlyList<string> Names =
    [
        "time_format", "decimal", "thousands", "missing_words", "skip_rows", "exclude", "series_column", "series_value", "step", "resample",
    ];

    /// <summary>Form of the times, in .NET's custom format letters (<c>dd/MM/yyyy HH:mm</c>); null: found.</summary>
    public string? TimeFormat { get; init; }

    /// <summary>Mark before the decimals, '.' or ','; null: found by column.</summary>
    public char? Decimal { get; init; }

    /// <summary>Mark between thousands, '.', ',', ' ' or '\''; null: none.</summary>
    public char? Thousands { get; init; }

    /// <summary>Words that stand for a missing cell, beside the known ones; at most 32 of at most 40 characters.</summary>
    public IReadOnlyList<string> MissingWords { get; init; } = [];

    /// <summary>Rows between the header and the data, such as a row of units; 0 to 1000.</summary>
    public int SkipRows { get; init; }

    /// <summary>Columns that are not read.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Column that says which series a row belongs to; null: the file is one series.</summary>
    public string? SeriesColumn { get; init; }

    /// <summary>Value of <see cref="SeriesColumn"/> whose rows are read.</summary>
    public string? SeriesValue { get; init; }

    /// <summary>The step, stated: a duration (<c>00:15:00</c>) or <c>business_day</c>, <c>month</c>, <c>quarter</c>, <c>year</c>.</summary>
    public string? Step { get; init; }

    /// <summary>Grid that irregular rows are brought to; null: none.</summary>
    public Resampling? Resample { get; init; }

    /// <summary>What is not default, by its name.</summary>
    public JsonObject ToJson()
    {
        var json = new JsonObject();
        if (TimeFormat is not null)
            json["time_format"] = TimeFormat;
        if (Decimal is { } mark)
            json["decimal"] = mark.ToString();
        if (Thousands is { } thousands)
            json["thousands"] = thousands.ToString();
        if (MissingWords.Count > 0)
            json["missing_words"] = Texts(MissingWords);
        if (SkipRows > 0)
            json["skip_rows"] = SkipRows;
        if (Exclude.Count > 0)
            json["exclude"] = Texts(Exclude);
        if (SeriesColumn is not null)
            json["series_column"] = SeriesColumn;
        if (SeriesValue is not null)
            json["series_value"] = SeriesValue;
        if (Step is not null)
            json["step"] = Step;
        if (Resample is not null)
            json["resample"] = Resample.ToJson();
        return json;
    }

    private static JsonArray Texts(IReadOnlyList<string> texts) => new([.. texts.Select(t => (JsonNode)t)]);
}
