using System.Globalization;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Json;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Scaling;
using FLTS.Forecasting.Series;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Preparation;

[Parallelizable]
public class PreprocessConfigTests
{
    private static readonly string _sha = new('a', 64), _otherSha = new('b', 64);

    [TestCase("""{"scalar": "MinMax"}""", "Unknown preprocessing option 'scalar'; known are timestamp_column, timezone")]
    [TestCase(
        """{"missing": {"strategi": "knn"}}""",
        "Unknown preprocessing option 'missing.strategi'; known are strategy, neighbors, drop_share.")]
    [TestCase("""{"test_fraction": 1.5}""", "'test_fraction' is 1.5; it must be a number from 0.001 to 0.9")]
    [TestCase("""{"test_span": "0d"}""", "'test_span' is \"0d\"; it must be a span such as 8d, 36h, 90m or 30s")]
    [TestCase("""{"test_span": "8 days"}""", "'test_span' is \"8 days\"; it must be a span such as 8d")]
    [TestCase("""{"sample_train_rows": -1}""", "'sample_train_rows' is -1; it must be a whole number from 0 to")]
    [TestCase("""{"sample_train_rows": 1.5}""", "'sample_train_rows' is 1.5; it must be a whole number")]
    [TestCase("""{"sample_train_rows": "50"}""", "'sample_train_rows' is \"50\"; it must be a whole number")]
    [TestCase("""{"scaler": "Quantile"}""", "'scaler' is \"Quantile\"; it must be one of MinMax, Standard, Robust, MaxAbs, None")]
    [TestCase("""{"missing": "mean"}""", "'missing.strategy' is \"mean\"; it must be one of interpolate, knn, forward_fill, drop_rows")]
    [TestCase("""{"missing": 3}""", "'missing' is 3; it must be a JSON object or the name of its strategy")]
    [TestCase("""{"targets": []}""", "'targets' is []; it must be a list of at least one column name")]
    [TestCase("""{"targets": ["a", "a"]}""", "a list that names each column once")]
    [TestCase("""{"lags": [0]}""", "'lags' is [0]; it must be a list of at most 64 whole numbers from 1 to 100000")]
    [TestCase("""{"timezone": "Mars/Olympus"}""", "'timezone' is 'Mars/Olympus', which is no known time zone")]
    [TestCase("""{"calendar": "yes"}""", "'calendar' is \"yes\"; it must be true or false")]
    public void A_wrong_option_is_refused_with_its_name_and_what_is_allowed(string options, string message) =>
        Assert.That(() => Parse(options), Throws.TypeOf<InvalidInputException>().With.Message.Contains(message));

    [TestCase("")]
    [TestCase("../x")]
    [TestCase(".hidden")]
    [TestCase("a b")]
    [TestCase("a\n")]
    public void An_identifier_outside_the_pattern_is_refused(string identifier) =>
        Assert.That(
            () => PreprocessConfigParser.Parse(identifier, _sha, null),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains("is not allowed"));

    [Test]
    public void A_zone_asked_for_today_is_hashed_with_its_instants_and_one_of_a_stored_configuration_as_it_was()
    {
        var config = Tables.Config("""{"timezone": "Europe/Madrid"}""");
        Assert.That((config.HasInstants, config.ToJson()["times"]?.GetValue<string>()), Is.EqualTo((true, "utc")));
        Assert.That(PreprocessConfigParser.FromJson(config.ToJson()).ConfigHash, Is.EqualTo(config.ConfigHash));

        var stored = config.ToJson();
        stored.Remove("times");
        var before = PreprocessConfigParser.FromJson(stored);
        Assert.That((before.HasInstants, before.ToJson().ContainsKey("times")), Is.EqualTo((false, false)));
        Assert.That(before.ConfigHash, Is.Not.EqualTo(config.ConfigHash));
        Assert.That(Tables.Config().ToJson().ContainsKey("times"), Is.False, "no zone, no member");
    }

    [Test]
    public void Later_overrides_win_and_groups_are_merged()
    {
        var config = PreprocessConfigParser.Parse(
            "x",
            _sha,
            null,
            Json("""{"scaler": "Robust", "missing": {"strategy": "knn", "neighbors": 5}}"""),
            null,
            Json("""{"missing": {"neighbors": 3}, "clipping": "iqr"}"""));
        Assert.That(config, Has.Property(nameof(config.Scaler)).EqualTo(ScalerKind.Robust)
            .And.Property(nameof(config.Missing)).EqualTo(new MissingOptions(MissingStrategy.Knn, 3))
            .And.Property(nameof(config.Clipping)).EqualTo(new ClippingOptions(ClippingMethod.Iqr)));
    }

    [Test]
    public void The_documented_defaults_hold()
    {
        var config = Parse("{}");
        Assert.That(CanonicalJson.Serialize(config.ToJson()), Is.EqualTo(
            $$"""{"calendar":true,"clipping":{"iqr_factor":1.5,"method":"off","percentile":0.01}"""
            + $$""","hash_salt":"","identifier":"x","inputs":null,"lags":[],"max_gap_steps":30,"missing":{"drop_share":0.33"""
            + $$""","neighbors":2,"strategy":"interpolate"},"preprocessing_version":1,"sample_seed":0"""
            + $$""","sample_strategy":"head","sample_test_rows":0,"sample_train_rows":0,"scaler":"MinMax","sources":{"test":null"""
            + $$""","train":"{{_sha}}"},"targets":null,"test_fraction":0.2,"timestamp_column":null,"timezone":null"""
            + $$""","validation_fraction":0.2}"""));
    }

    [Test]
    public void The_hash_changes_with_every_option_and_source()
    {
        string[] options =
        [
            """{"timestamp_column": "ts"}""", """{"timezone": "Europe/Madrid"}""", """{"targets": ["a"]}""", """{"inputs": ["a"]}""",
            """{"sample_train_rows": 1}""",
            """{"sample_test_rows": 1}""", """{"sample_strategy": "tail"}""", """{"sample_seed": 1}""", """{"test_fraction": 0.25}""",
            """{"validation_fraction": 0.25}""",
            """{"missing": "knn"}""", """{"missing": {"neighbors": 3}}""", """{"missing": {"drop_share": 0.5}}""",
            """{"clipping": "iqr"}""", """{"clipping": {"iqr_factor": 2}}""",
            """{"clipping": {"percentile": 0.02}}""", """{"max_gap_steps": 29}""", """{"calendar": false}""", """{"lags": [1]}""",
            """{"scaler": "Standard"}""", """{"hash_salt": "x"}""", """{"test_span": "8d"}""",
        ];
        var hashes = options.Select(o => Parse(o).ConfigHash).ToList();
        hashes.Add(Parse("{}").ConfigHash);
        hashes.Add(PreprocessConfigParser.Parse("y", _sha, null).ConfigHash);
        hashes.Add(PreprocessConfigParser.Parse("x", _otherSha, null).ConfigHash);
        hashes.Add(PreprocessConfigParser.Parse("x", _sha, _otherSha).ConfigHash);
        Assert.That(hashes, Is.Unique);
    }

    [TestCase("8d", "192h")]
    [TestCase("90m", "5400s")]
    public void Equal_spans_of_test_are_one_configuration_and_are_read_back(string span, string same)
    {
        var config = Parse($$"""{"test_span": "{{span}}"}""");
        Assert.That(Parse($$"""{"test_span": "{{same}}"}""").ConfigHash, Is.EqualTo(config.ConfigHash));
        Assert.That(config.ToJson()["test_span"]!.GetValue<string>(), Is.EqualTo(span));
        Assert.That(PreprocessConfigParser.FromJson(config.ToJson()), Is.EqualTo(config));
    }

    [Test]
    public void The_hash_ignores_the_order_of_options_and_changes_with_any_byte_of_a_source() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), ArbMap.Default.ArbFor<int>(), (content, seed) =>
        {
            var random = new Random(seed);
            byte[] source = [.. content, 7];
            var options = Json(
                """{"scaler": "Robust", "lags": [2, 5], "missing": {"strategy": "knn", "neighbors": 4}, "test_fraction": 0.3,"""
                + """ "calendar": false}""").ToArray();
            string Hash(byte[] bytes, IEnumerable<KeyValuePair<string, JsonNode?>> properties) =>
                PreprocessConfigParser.Parse(
                    "x",
                    Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes)),
                    null,
                    new JsonObject(properties.Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone())))).ConfigHash;

            var hash = Hash(source, options);
            var shuffled = options.ToArray();
            random.Shuffle(shuffled);
            var changed = source.ToArray();
            changed[random.Next(changed.Length)] ^= (byte)(1 << random.Next(8));
            return Hash(source, shuffled) == hash && Hash(changed, options) != hash;
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Every_member_of_the_configuration_is_in_the_document_that_is_hashed()
    {
        // A member added to the record but forgotten in ToJson would leave the hash unchanged.
        var members = typeof(PreprocessConfig).GetProperties()
            .Where(p => p.CanWrite)
            .Select(p => p.Name)
            .Except(
            [
                nameof(PreprocessConfig.TrainSha256), nameof(PreprocessConfig.TestSha256),
                nameof(PreprocessConfig.HasInstants), nameof(PreprocessConfig.Reading), // Written where not default.
            ]);
        var json = Parse("""{"non_negative": "off", "bounds": {"a": {"min": 1}}, "test_span": "8d"}""").ToJson();
        Assert.That(members.Select(System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName), Is.SubsetOf(json.Select(p => p.Key)));
    }

    [Test]
    public void A_reading_option_is_in_that_document_where_it_is_given_and_only_there()
    {
        const string all =
            """
            {"time_format": "dd/MM/yyyy", "decimal": ",", "thousands": ".", "missing_words": ["off"], "skip_rows": 1, "exclude": ["a"],
             "series_column": "cell", "series_value": "7", "step": "01:00:00", "resample": {"step": "01:00:00", "how": "mean"}}
            """;
        var members = typeof(ReadingOptions).GetProperties().Where(p => p.CanWrite).Select(p => p.Name);
        Assert.That(
            members.Select(System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName),
            Is.EquivalentTo(ReadingOptions.Names).And.EquivalentTo(Parse(all).Reading.ToJson().Select(p => p.Key)));
        Assert.That(Parse("{}").ToJson().Select(p => p.Key).Intersect(ReadingOptions.Names), Is.Empty);
        Assert.That(PreprocessConfigParser.FromJson(Parse(all).ToJson()), Is.EqualTo(Parse(all)));
        Assert.That(
            JsonNode.Parse(all)!.AsObject().Select(p => Parse(new JsonObject { [p.Key] = p.Value!.DeepClone() }.ToJsonString()).ConfigHash),
            Is.Unique);
    }

    [Test]
    public void The_hash_is_the_same_in_every_culture()
    {
        var expected = Parse("""{"test_fraction": 0.25}""").ConfigHash;
        var before = CultureInfo.CurrentCulture;
        try
        {
            // Invariant globalization knows no cultures by name: one that would do harm.
            var harmful = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            harmful.NumberFormat.NumberDecimalSeparator = ",";
            harmful.NumberFormat.NegativeSign = "minus";
            CultureInfo.CurrentCulture = harmful;
            Assert.That(Parse("""{"test_fraction": 0.25}""").ConfigHash, Is.EqualTo(expected));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Test]
    public void A_configuration_read_back_is_the_one_written()
    {
        var config = PreprocessConfigParser.Parse(
            "x",
            _sha,
            _otherSha,
            Json(
                """{"missing": "drop_rows", "clipping": {"method": "percentile", "percentile": 0.05}, "lags": [3, 1], "targets": ["b","""
                + """ "a"], "inputs": ["c"], "timezone": "Europe/Madrid", "sample_strategy": "random","""
                + """ "sample_seed": 9007199254740991}"""));
        var back = PreprocessConfigParser.FromJson(JsonNode.Parse(config.ToJson().ToJsonString())!.AsObject());
        Assert.That(back.ConfigHash, Is.EqualTo(config.ConfigHash));
        Assert.That(back.Lags, Is.EqualTo(new[] { 1, 3 }));
    }

    private static PreprocessConfig Parse(string options) => PreprocessConfigParser.Parse("x", _sha, null, Json(options));

    private static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();
}
