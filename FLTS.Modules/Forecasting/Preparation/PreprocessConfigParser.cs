using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FLTS.Forecasting.Json;
using FLTS.Forecasting.Scaling;
using FLTS.Forecasting.Series;
using FLTS.Forecasting.Series.Grid;

namespace FLTS.Forecasting.Preparation;

/// <summary>Defaults, overrides and checks of <see cref="PreprocessConfig"/>.</summary>
public static partial class PreprocessConfigParser
{
    private const string Kind = "preprocessing option";

    private static readonly string[] _options =
    [
        "timestamp_column", "timezone", "targets", "inputs", "sample_train_rows", "sample_test_rows", "sample_strategy", "sample_seed",
        "test_fraction", "validation_fraction", "missing", "clipping", "max_gap_steps", "calendar", "lags", "scaler", "hash_salt",
        "bounds", "non_negative", "test_span",
        .. ReadingOptions.Names,
    ];

    /// <summary>The options of a stored configuration: what would have to be asked for to get it of other rows.</summary>
    /// <param name="config">As <see cref="PreprocessConfig.ToJson"/> gives it.</param>
    public static JsonObject OptionsOf(JsonObject config) => new(config
        .Where(o => _options.Contains(o.Key, StringComparer.Ordinal) && o.Value is not (null or JsonArray { Count: 0 }))
        .Select(o => KeyValuePair.Create(o.Key, o.Value?.DeepClone())));

    /// <summary>
    /// Defaults, then each override in turn (a later one wins; members of <c>missing</c> and <c>clipping</c> are merged).
    /// </summary>
    /// <param name="identifier">Station the data belongs to.</param>
    /// <param name="trainSha256">Lower-case hex SHA-256 of the train file.</param>
    /// <param name="testSha256">The same of the test file; null without one.</param>
    /// <param name="overrides">Options by their snake_case names; null ones are skipped.</param>
    /// <exception cref="InvalidInputException">Unknown name (with the names allowed), wrong type or out of
    /// range (with the range).</exception>
    public static PreprocessConfig Parse(
        string identifier, string trainSha256, string? testSha256, params ReadOnlySpan<JsonObject?> overrides)
    {
        if (!IdentifierPattern().IsMatch(identifier))
            throw new InvalidInputException(
                $"The identifier '{identifier}' is not allowed; it must start with a letter or digit and hold at most 64 letters, "
                + "digits, '.', '_' or '-'.");
        CheckSha256("train", trainSha256);
        if (testSha256 is not null)
            CheckSha256("test", testSha256);

        var merged = new JsonObject();
        foreach (var options in overrides)
        {
            if (options is not null)
                Merge(merged, options);
        }

        var read = StrictJson.Of(merged, Kind).AllowOnly(_options);
        var missing = Section(read, "missing", "strategy").AllowOnly("strategy", "neighbors", "drop_share");
        var clipping = Section(read, "clipping", "method").AllowOnly("method", "iqr_factor", "percentile");
        var nonNegative = read.Choice<NonNegativeRule>("non_negative") ?? NonNegativeRule.Auto;
        return new PreprocessConfig
        {
            Identifier = identifier,
            TrainSha256 = trainSha256,
            TestSha256 = testSha256,
            TimestampColumn = read.Text("timestamp_column", 200),
            Timezone = Zone(read.Text("timezone", 100)),
            HasInstants = read.Text("timezone", 100) is not null,
            Targets = read.Names("targets"),
            Inputs = read.Names("inputs"),
            SampleTrainRows = read.Integer("sample_train_rows", 0, int.MaxValue) ?? 0,
            SampleTestRows = read.Integer("sample_test_rows", 0, int.MaxValue) ?? 0,
            SampleStrategy = read.Choice<SampleStrategy>("sample_strategy") ?? SampleStrategy.Head,
            SampleSeed = read.Long("sample_seed", 0, (1L << 53) - 1) ?? 0,
            TestFraction = read.Number("test_fraction", 0.001, 0.9) ?? 0.2,
            TestSpan = Span(read, "test_span"),
            ValidationFraction = read.Number("validation_fraction", 0, 0.9) ?? 0.2,
            Missing = new MissingOptions(
                missing.Choice<MissingStrategy>("strategy") ?? MissingStrategy.Interpolate,
                missing.Integer("neighbors", 1, 100) ?? 2,
                missing.Number("drop_share", 0, 1) ?? 0.33),
            Clipping = new ClippingOptions(
                clipping.Choice<ClippingMethod>("method") ?? ClippingMethod.Off,
                clipping.Number("iqr_factor", 0, 100) ?? 1.5,
                clipping.Number("percentile", 0, 0.49) ?? 0.01),
            MaxGapSteps = read.Integer("max_gap_steps", 0, 100_000) ?? SeriesFrame.DefaultMaxGapSteps,
            Calendar = read.Flag("calendar") ?? true,
            Lags = read.Integers("lags", 1, 100_000, 64) ?? [],
            Scaler = read.Choice<ScalerKind>("scaler", kind => kind.ToString()) ?? ScalerKind.MinMax,
            Reading = ReadingOptionsParser.Read(read),
            Bounds = BoundsParser.Read(read, nonNegative),
            NonNegative = nonNegative,
            HashSalt = read.Text("hash_salt", 200) ?? "",
        };
    }

    /// <summary>The configuration as <see cref="PreprocessConfig.ToJson"/> wrote it.</summary>
    /// <exception cref="InvalidInputException">Not a configuration this version can read.</exception>
    public static PreprocessConfig FromJson(JsonObject json)
    {
        var stored = StrictJson.Of(json, Kind);
        var version = stored.Integer("preprocessing_version", 0, int.MaxValue) ?? 0;
        if (version != PreprocessConfig.PreprocessingVersion)
            throw new InvalidInputException(
                $"The preprocessing configuration is of version {version}; this program reads version "
                + $"{PreprocessConfig.PreprocessingVersion}: preprocess the dataset again.");
        var hasInstants = stored.Text("times") switch
        {
            null => false,
            PreprocessConfig.Instants => true,
            var other => throw new InvalidInputException(
                $"The preprocessing configuration has times '{other}'; this program reads '{PreprocessConfig.Instants}'."),
        };
        var sources = stored.Object("sources") ?? throw new InvalidInputException("The preprocessing configuration has no 'sources'.");
        var options = (JsonObject)json.DeepClone();
        options.Remove("preprocessing_version");
        options.Remove("sources");
        options.Remove("identifier");
        options.Remove("times");
        return Parse(stored.Text("identifier", 64) ?? "", sources.Text("train", 64) ?? "", sources.Text("test", 64), options) with
        {
            HasInstants = hasInstants,
        };
    }

    private static void Merge(JsonObject into, JsonObject from)
    {
        foreach (var (name, value) in from)
        {
            if (value is null)
                continue;
            if (value is JsonObject nested && into[name] is JsonObject existing)
                Merge(existing, nested);
            else
                into[name] = value.DeepClone();
        }
    }

    /// <summary>A group of options; a bare word stands for the group's main option.</summary>
    private static StrictJson Section(StrictJson options, string name, string main) => options.Element(name)?.ValueKind switch
    {
        null => StrictJson.Of(null, Kind, name + "."),
        JsonValueKind.Object => options.Object(name)!,
        JsonValueKind.String => StrictJson.Of(new JsonObject { [main] = options.Text(name) }, Kind, name + "."),
        _ => throw options.Wrong(name, $"a JSON object or the name of its {main}"),
    };

    private static TimeSpan? Span(StrictJson options, string name) => options.Text(name, 20) switch
    {
        null => null,
        var text => SpanText.Parse(text) ?? throw options.Wrong(name, $"a span such as {SpanText.Forms}"),
    };

    private static string? Zone(string? zone)
    {
        if (zone is null || TimeZones.IsKnown(zone))
            return zone;
        throw new InvalidInputException(
            $"Option 'timezone' is '{zone}', which is no known time zone; use an IANA name such as Europe/Madrid.");
    }

    private static void CheckSha256(string part, string value)
    {
        if (!Sha256Pattern().IsMatch(value))
            throw new InvalidInputException($"The {part} source '{value}' is not named by a SHA-256 (64 lower-case hexadecimal digits).");
    }

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z", RegexOptions.CultureInvariant)]
    private static partial Regex IdentifierPattern();

    [GeneratedRegex(@"^[0-9a-f]{64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Sha256Pattern();
}
