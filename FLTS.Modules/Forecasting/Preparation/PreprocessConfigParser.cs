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
    private static readonly string[] _options =
    [
        "timestamp_column", "timezone", "targets", "inputs", "sample_train_rows", "sample_test_rows", "sample_strategy", "sample_seed",
        "test_fraction", "validation_fraction", "missing", "clipping", "max_gap_steps", "calendar", "lags", "scaler", "hash_salt",
    ];

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

        var read = new OptionReader(merged, "").AllowOnly(_options);
        var missing = new OptionReader(Section(merged, "missing", "strategy"), "missing.").AllowOnly("strategy", "neighbors", "drop_share");
        var clipping = new OptionReader(Section(merged, "clipping", "method"), "clipping.").AllowOnly("method", "iqr_factor", "percentile");
        return new PreprocessConfig
        {
            Identifier = identifier,
            TrainSha256 = trainSha256,
            TestSha256 = testSha256,
            TimestampColumn = read.Text("timestamp_column", null, 200),
            Timezone = Zone(read.Text("timezone", null, 100)),
            Targets = read.Names("targets", null),
            Inputs = read.Names("inputs", null),
            SampleTrainRows = read.Integer("sample_train_rows", 0, 0, int.MaxValue),
            SampleTestRows = read.Integer("sample_test_rows", 0, 0, int.MaxValue),
            SampleStrategy = read.Choice("sample_strategy", SampleStrategy.Head),
            SampleSeed = read.Long("sample_seed", 0, 0, (1L << 53) - 1),
            TestFraction = read.Number("test_fraction", 0.2, 0.001, 0.9),
            ValidationFraction = read.Number("validation_fraction", 0.2, 0, 0.9),
            Missing = new MissingOptions(
                missing.Choice("strategy", MissingStrategy.Interpolate),
                missing.Integer("neighbors", 2, 1, 100),
                missing.Number("drop_share", 0.33, 0, 1)),
            Clipping = new ClippingOptions(
                clipping.Choice("method", ClippingMethod.Off),
                clipping.Number("iqr_factor", 1.5, 0, 100),
                clipping.Number("percentile", 0.01, 0, 0.49)),
            MaxGapSteps = read.Integer("max_gap_steps", SeriesFrame.DefaultMaxGapSteps, 0, 100_000),
            Calendar = read.Flag("calendar", true),
            Lags = read.Integers("lags", [], 1, 100_000, 64),
            Scaler = read.Choice("scaler", ScalerKind.MinMax, kind => kind.ToString()),
            HashSalt = read.Text("hash_salt", "", 200)!,
        };
    }

    /// <summary>The configuration as <see cref="PreprocessConfig.ToJson"/> wrote it.</summary>
    /// <exception cref="InvalidInputException">Not a configuration this version can read.</exception>
    public static PreprocessConfig FromJson(JsonObject json)
    {
        var options = (JsonObject)json.DeepClone();
        var version = new OptionReader(options, "").Integer("preprocessing_version", 0, 0, int.MaxValue);
        if (version != PreprocessConfig.PreprocessingVersion)
            throw new InvalidInputException(
                $"The preprocessing configuration is of version {version}; this program reads version "
                + $"{PreprocessConfig.PreprocessingVersion}: preprocess the dataset again.");
        var sources = options["sources"] as JsonObject
            ?? throw new InvalidInputException("The preprocessing configuration has no 'sources'.");
        var reader = new OptionReader(sources, "sources.");
        var identifier = new OptionReader(options, "").Text("identifier", "", 64)!;
        options.Remove("preprocessing_version");
        options.Remove("sources");
        options.Remove("identifier");
        return Parse(identifier, reader.Text("train", "", 64)!, reader.Text("test", null, 64), options);
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
    private static JsonObject Section(JsonObject options, string name, string main)
    {
        switch (options[name])
        {
            case null:
                return [];
            case JsonObject section:
                return section;
            case JsonValue word when word.GetValueKind() == JsonValueKind.String:
                return new JsonObject { [main] = word.DeepClone() };
            default:
                throw new InvalidInputException($"Option '{name}' must be an object or the name of its {main}.");
        }
    }

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
