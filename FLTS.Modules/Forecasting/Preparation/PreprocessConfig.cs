using System.Text.Json.Nodes;
using FLTS.Forecasting.Json;
using FLTS.Forecasting.Scaling;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Preparation;

/// <summary>
/// Everything that determines the processed data of one dataset. Its <see cref="ConfigHash"/> is the data's identity (FORECASTING.md 2);
/// a new member here, or any change of what comes out, raises <see cref="PreprocessingVersion"/>.
/// </summary>
public sealed record PreprocessConfig
{
    /// <summary>Raised whenever the same configuration would give other processed data.</summary>
    public const int PreprocessingVersion = 1;

    /// <summary>What member <c>times</c> says where times are instants.</summary>
    internal const string Instants = "utc";

    /// <summary>Station the data belongs to: <c>^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$</c>.</summary>
    public required string Identifier { get; init; }

    /// <summary>Lower-case hex SHA-256 of the train file's bytes.</summary>
    public required string TrainSha256 { get; init; }

    /// <summary>Lower-case hex SHA-256 of the test file's bytes; null where test is cut from train.</summary>
    public string? TestSha256 { get; init; }

    /// <summary>Column with the times; null: the column named <c>time</c>, <c>ts</c> or <c>ds</c>.</summary>
    public string? TimestampColumn { get; init; }

    /// <summary>IANA zone of the times that do not say theirs, and of the calendar; null: zoned timestamps are refused.</summary>
    public string? Timezone { get; init; }

    /// <summary>
    /// Times of a zone are instants in UTC, as wherever one is asked for today; false without one, and in configurations of before, whose
    /// data has local times.
    /// </summary>
    public bool HasInstants { get; init; }

    /// <summary>Columns to forecast; null: all numeric columns.</summary>
    public IReadOnlyList<string>? Targets { get; init; }

    /// <summary>Columns models see besides the targets; null: none.</summary>
    public IReadOnlyList<string>? Inputs { get; init; }

    /// <summary>Train rows taken; 0 (default): all.</summary>
    public int SampleTrainRows { get; init; }

    /// <summary>Test rows taken; 0 (default): all.</summary>
    public int SampleTestRows { get; init; }

    /// <summary>Default head.</summary>
    public SampleStrategy SampleStrategy { get; init; }

    /// <summary>Seed of the random strategy, 0 to 2^53 - 1 (larger integers have no exact JSON form); default 0.</summary>
    public long SampleSeed { get; init; }

    /// <summary>Share of rows, the last in time, that is test where there is no test file; 0.001 to 0.9, default 0.2.</summary>
    public double TestFraction { get; init; } = 0.2;

    /// <summary>
    /// How far back from the newest row test reaches where there is no test file, more than 0; null (default): <see cref="TestFraction"/>
    /// says it.
    /// </summary>
    public TimeSpan? TestSpan { get; init; }

    /// <summary>Share of train rows, the last in time, that validates; 0 to 0.9, default 0.2.</summary>
    public double ValidationFraction { get; init; } = 0.2;

    public MissingOptions Missing { get; init; } = new();

    public ClippingOptions Clipping { get; init; } = new();

    /// <summary>Longest gap, in steps, that becomes missing rows; a longer one ends the segment. 0 to 100000, default 30.</summary>
    public int MaxGapSteps { get; init; } = 30;

    /// <summary>Whether calendar features are added; default true.</summary>
    public bool Calendar { get; init; } = true;

    /// <summary>Lags added of every measured column, ascending, each 1 to 100000; default none.</summary>
    public IReadOnlyList<int> Lags { get; init; } = [];

    /// <summary>Default MinMax.</summary>
    public ScalerKind Scaler { get; init; }

    /// <summary>How the files are read; default: as they say themselves.</summary>
    public ReadingOptions Reading { get; init; } = new();

    /// <summary>What forecasts of a target are kept within, by its name; default none.</summary>
    public IReadOnlyDictionary<string, TargetBounds> Bounds { get; init; } = new Dictionary<string, TargetBounds>();

    /// <summary>Default auto.</summary>
    public NonNegativeRule NonNegative { get; init; }

    /// <summary>Free text that only changes the hash, at most 200 characters; default empty.</summary>
    public string HashSalt { get; init; } = "";

    /// <summary>Lower-case hex SHA-256 of the canonical JSON of this configuration.</summary>
    public string ConfigHash => CanonicalJson.Hash(ToJson());

    /// <summary>The whole configuration, every option written out, in snake_case: what the hash is taken of.</summary>
    public JsonObject ToJson()
    {
        var json = Always();
        if (HasInstants)
            json["times"] = Instants;
        if (TestSpan is { } span)
            json["test_span"] = SpanText.Of(span);
        foreach (var (name, value) in Reading.ToJson())
            json[name] = value?.DeepClone();
        if (Bounds.Count > 0)
            json["bounds"] = BoundsParser.ToJson(Bounds);
        if (NonNegative != NonNegativeRule.Auto)
            json["non_negative"] = JsonFormat.NameOf(NonNegative);
        return json;
    }

    /// <summary>The members that were there from the beginning; later ones are written only where they are not default.</summary>
    private JsonObject Always() => new()
    {
        ["preprocessing_version"] = PreprocessingVersion,
        ["identifier"] = Identifier,
        ["sources"] = new JsonObject { ["train"] = TrainSha256, ["test"] = TestSha256 },
        ["timestamp_column"] = TimestampColumn,
        ["timezone"] = Timezone,
        ["targets"] = Names(Targets),
        ["inputs"] = Names(Inputs),
        ["sample_train_rows"] = SampleTrainRows,
        ["sample_test_rows"] = SampleTestRows,
        ["sample_strategy"] = JsonFormat.NameOf(SampleStrategy),
        ["sample_seed"] = SampleSeed,
        ["test_fraction"] = TestFraction,
        ["validation_fraction"] = ValidationFraction,
        ["missing"] = new JsonObject
        {
            ["strategy"] = JsonFormat.NameOf(Missing.Strategy),
            ["neighbors"] = Missing.Neighbors,
            ["drop_share"] = Missing.DropShare,
        },
        ["clipping"] = new JsonObject
        {
            ["method"] = JsonFormat.NameOf(Clipping.Method),
            ["iqr_factor"] = Clipping.IqrFactor,
            ["percentile"] = Clipping.Percentile,
        },
        ["max_gap_steps"] = MaxGapSteps,
        ["calendar"] = Calendar,
        ["lags"] = new JsonArray([.. Lags.Select(lag => (JsonNode)lag)]),
        ["scaler"] = Scaler.ToString(),
        ["hash_salt"] = HashSalt,
    };

    private static JsonArray? Names(IReadOnlyList<string>? names) =>
        names is null ? null : new JsonArray([.. names.Select(n => (JsonNode)n)]);

    /// <summary>By content, so that a configuration read back equals the one written.</summary>
    public bool Equals(PreprocessConfig? other) => other is not null && ConfigHash == other.ConfigHash;

    public override int GetHashCode() => ConfigHash.GetHashCode(StringComparison.Ordinal);
}
