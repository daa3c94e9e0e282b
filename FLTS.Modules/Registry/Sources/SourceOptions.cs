using System.Text.Json.Nodes;
using FLTS.Forecasting.Json;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;
using FLTS.Forecasting.Series.Csv;

namespace FLTS.Modules.Registry.Sources;

/// <summary>
/// What is stored with a dataset: how its files are read and what its columns are, where the files do not say so themselves
/// (FORECASTING.md 1). Every reader of the dataset keeps to it, and a pipeline starts from it. Its members are options of preprocessing,
/// checked by their parser; <c>units</c> alone is only shown.
/// </summary>
internal sealed record SourceOptions
{
    private const string Kind = "option";
    private const string Units = "units";
    private const int LongestUnit = 40;

    // A configuration belongs to a station and a file; which, makes no difference to how any is read.
    private static readonly string _anyFile = new('0', 64);

    private readonly JsonObject _preprocessing;

    private SourceOptions(string json, JsonObject preprocessing, PreprocessConfig config) =>
        (Json, _preprocessing, Config) = (json, preprocessing, config);

    /// <summary>The members, as they are named in requests.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. ReadingOptions.Names, "timestamp_column", "timezone", "bounds", "non_negative", Units];

    /// <summary>The files say it all.</summary>
    public static SourceOptions None { get; } = Parse([]);

    /// <summary>What is given, as canonical JSON: equal options are equal text.</summary>
    public string Json { get; }

    /// <summary>The same, read.</summary>
    public PreprocessConfig Config { get; }

    /// <summary>Whether the files hold several series, of which each is a dataset of its own.</summary>
    public bool HoldSeries => Config.Reading is { SeriesColumn: not null, SeriesValue: null };

    /// <summary>The options as a document of its own.</summary>
    public JsonObject ToJson() => JsonNode.Parse(Json)!.AsObject();

    /// <summary>What a pipeline starts from.</summary>
    public JsonObject Preprocessing() => (JsonObject)_preprocessing.DeepClone();

    /// <param name="options">Members that are null are none.</param>
    /// <exception cref="InvalidInputException">An unknown name, a wrong type or value; says what would be right.</exception>
    public static SourceOptions Parse(JsonObject options)
    {
        var given = new JsonObject(options.Where(o => o.Value is not null).Select(o => KeyValuePair.Create(o.Key, o.Value?.DeepClone())));
        _ = StrictJson.Of(given, Kind).AllowOnly([.. Names]).Texts(Units, LongestUnit);
        var preprocessing = (JsonObject)given.DeepClone();
        preprocessing.Remove(Units);
        return new SourceOptions(
            CanonicalJson.Serialize(given), preprocessing, PreprocessConfigParser.Parse("any", _anyFile, null, preprocessing));
    }

    /// <summary>These, but for the members that are given.</summary>
    /// <exception cref="InvalidInputException">As <see cref="Parse"/>.</exception>
    public SourceOptions With(JsonObject others)
    {
        if (others.Count == 0)
            return this;
        var merged = ToJson();
        foreach (var (name, value) in others)
            merged[name] = value?.DeepClone();
        return Parse(merged);
    }

    /// <summary>These, for one series of the files.</summary>
    public SourceOptions Of(string series) => With(new JsonObject { ["series_value"] = series });

    /// <summary>
    /// A configuration of before for files of now: how they are written may have changed since, what is made of them has not.
    /// </summary>
    public PreprocessConfig FormOver(PreprocessConfig config)
    {
        var (now, then) = (Config.Reading, config.Reading);
        return config with
        {
            TimestampColumn = Config.TimestampColumn ?? config.TimestampColumn,
            Reading = then with
            {
                TimeFormat = now.TimeFormat ?? then.TimeFormat,
                Decimal = now.Decimal ?? then.Decimal,
                Thousands = now.Thousands ?? then.Thousands,
                MissingWords = now.MissingWords.Count > 0 ? now.MissingWords : then.MissingWords,
                SkipRows = now.SkipRows > 0 ? now.SkipRows : then.SkipRows,
                Exclude = now.Exclude.Count > 0 ? now.Exclude : then.Exclude,
            },
        };
    }

    /// <summary>How a file is read, within the limits of section Datasets.</summary>
    public CsvReadOptions Read(DatasetOptions limits) => DatasetPreparer.ReadOptions(Config, limits.Limits);

    public bool Equals(SourceOptions? other) => other is not null && Json == other.Json;

    public override int GetHashCode() => Json.GetHashCode(StringComparison.Ordinal);
}
