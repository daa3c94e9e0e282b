using System.Text.Json.Nodes;

namespace FLTS.Tests.Upgrade;

/// <summary>What is another by default than it was for the version before, so that the two can be compared.</summary>
internal static class Defaults
{
    /// <summary>Types that forecast recursively by default then; who wants the same model today says so.</summary>
    private static readonly string[] _recursiveThen = ["GRU", "LSTM", "LIGHTGBM", "AR"];

    /// <summary>References that are new, or fitted in another way since: on every board of now, and nobody's champion.</summary>
    private static readonly string[] _referencesOfNow = ["AR", "SEASONAL_MEAN", "AR_SEASONAL"];

    /// <summary>An answer with a board, without them.</summary>
    public static JsonNode WithoutReferencesOfNow(JsonNode answer)
    {
        var copy = answer.DeepClone();
        if (copy["scoreboard"]?["entries"] is JsonArray entries)
        {
            entries.RemoveAll(e => e!["kind"]!.GetValue<string>() == "reference"
                && _referencesOfNow.Contains(e["model_type"]!.GetValue<string>()));
        }

        return copy;
    }

    /// <summary>A body that asks for the models of before, decided on as they were.</summary>
    public static JsonObject AsThen(JsonObject body)
    {
        var copy = body.DeepClone().AsObject();
        var training = copy["training"]?.AsObject() ?? [];
        foreach (var type in _recursiveThen.Where(t => copy["model_types"]?.AsArray().Any(m => m!.GetValue<string>() == t) ?? true))
        {
            training[type] ??= new JsonObject();
            training[type]!["lead_mode"] ??= "recursive";
        }

        copy["training"] = training;
        copy["evaluation"] ??= new JsonObject();
        copy["evaluation"]!["decision"] ??= "horizon";
        return copy;
    }
}
