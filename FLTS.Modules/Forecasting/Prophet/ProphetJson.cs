using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using FLTS.Forecasting.Prophet.Fit;
using FLTS.Forecasting.Prophet.Settings;

namespace FLTS.Forecasting.Prophet;

/// <summary>Fitted models as versioned JSON (snake_case): <c>{ format, version, models: { name: model } }</c>.</summary>
public static class ProphetJson
{
    /// <summary>Name of the one file a model is saved as.</summary>
    public const string FileName = "model.json";

    /// <summary>Raised whenever the document changes in a way an older reader would misread; older versions keep loading.</summary>
    /// <remarks>2: <c>settings.noise</c> and <c>residual_quantiles</c>; a document of version 1 has normal noise.</remarks>
    public const int Version = 2;

    private const string Format = "flts-prophet";

    private static readonly JsonSerializerOptions _options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>UTF-8 bytes of a document with these models.</summary>
    public static byte[] Write(IEnumerable<KeyValuePair<string, ProphetModel>> models)
    {
        var byName = new JsonObject();
        foreach (var (name, model) in models)
            byName[name] = JsonSerializer.SerializeToNode(model, _options);
        return JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["format"] = Format, ["version"] = Version, ["models"] = byName });
    }

    /// <summary>The models of a document.</summary>
    /// <exception cref="CorruptArtifactException">Not such a document, of an unknown version, or with parts that
    /// do not fit together.</exception>
    public static IReadOnlyDictionary<string, ProphetModel> Read(ReadOnlySpan<byte> json)
    {
        try
        {
            var document = JsonNode.Parse(json)?.AsObject() ?? throw new JsonException("the document is null");
            if ((string?)document["format"] != Format)
                throw new CorruptArtifactException($"The Prophet model's format is '{document["format"]}', not '{Format}'.");
            if ((int?)document["version"] is not (>= 1 and <= Version))
                throw new CorruptArtifactException(
                    $"The Prophet model has version {document["version"]}; this program reads 1 to {Version}.");
            var models = new Dictionary<string, ProphetModel>(StringComparer.Ordinal);
            foreach (var (name, node) in document["models"]?.AsObject() ?? throw new JsonException("'models' is missing"))
            {
                var model = node.Deserialize<ProphetModel>(_options) ?? throw new JsonException($"model '{name}' is null");
                Check(name, model);
                models[name] = model;
            }

            return models;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or InvalidInputException
            or ArgumentException)
        {
            throw new CorruptArtifactException($"The Prophet model cannot be read: {e.Message}", e);
        }
    }

    private static void Check(string name, ProphetModel model)
    {
        SettingsCheck.Check(model.Settings);
        var p = model.Parameters;
        var expected = Math.Max(1, model.Changepoints.Count);
        if (p.Delta.Length != expected || p.Beta.Length != model.Columns.Count)
            throw new CorruptArtifactException(
                $"Prophet model '{name}' has {p.Delta.Length} rate changes and {p.Beta.Length} coefficients where its terms need "
                + $"{expected} and {model.Columns.Count}.");
        if (model.ResidualQuantiles is { } quantiles
            && (quantiles.Length < 2 || !quantiles.All(double.IsFinite) || quantiles.Zip(quantiles.Skip(1)).Any(q => q.First > q.Second)))
            throw new CorruptArtifactException(
                $"Prophet model '{name}': residual_quantiles must be at least two finite numbers that never fall.");
        double[] numbers = [p.K, p.M, p.SigmaObs, model.Scale.YScale, model.Scale.YFloor, model.Scale.SpanSeconds, .. p.Delta, .. p.Beta];
        if (!numbers.All(double.IsFinite) || !(model.Scale.YScale > 0) || !(model.Scale.SpanSeconds > 0) || !(p.SigmaObs > 0))
            throw new CorruptArtifactException(
                $"Prophet model '{name}' holds a number that is not finite, or a scale that is not above 0.");
    }
}
