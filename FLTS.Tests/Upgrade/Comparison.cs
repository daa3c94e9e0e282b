using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FLTS.Tests.Upgrade;

/// <summary>Compares answers of two versions: members may be added to an object; nothing may be missing or different.</summary>
internal static class Comparison
{
    /// <summary>Where and how an answer differs.</summary>
    /// <param name="expected">The version before's.</param>
    /// <param name="actual">This version's.</param>
    /// <param name="tolerance">Share by which numbers may differ; 0: not at all.</param>
    /// <param name="ignored">Names of members that tell of now.</param>
    public static IEnumerable<string> Differences(JsonNode? expected, JsonNode? actual, double tolerance = 0, params string[] ignored) =>
        Differences("", expected, actual, tolerance, ignored);

    /// <summary>Lines of a list whose order says nothing.</summary>
    public static JsonArray Sorted(JsonArray items) =>
        [.. items.OrderBy(i => i!["identifier"]!.GetValue<string>(), StringComparer.Ordinal).Select(i => i!.DeepClone())];

    private static IEnumerable<string> Differences(
        string place, JsonNode? expected, JsonNode? actual, double tolerance, string[] ignored) => (expected, actual) switch
        {
            (JsonObject before, JsonObject now) => before.Where(m => !ignored.Contains(m.Key)).SelectMany(m => now.ContainsKey(m.Key)
                ? Differences($"{place}.{m.Key}", m.Value, now[m.Key], tolerance, ignored)
                : [$"{place}.{m.Key} is missing"]),
            (JsonArray before, JsonArray now) when before.Count == now.Count =>
                Enumerable.Range(0, before.Count).SelectMany(i => Differences($"{place}[{i}]", before[i], now[i], tolerance, ignored)),
            (JsonArray before, JsonArray now) => [$"{place} has {now.Count} items, not {before.Count}"],
            _ => IsSame(expected, actual, tolerance)
                ? []
                : [$"{place} is {actual?.ToJsonString() ?? "null"}, not {expected?.ToJsonString() ?? "null"}"],
        };

    private static bool IsSame(JsonNode? expected, JsonNode? actual, double tolerance)
    {
        if (expected?.GetValueKind() != JsonValueKind.Number || actual?.GetValueKind() != JsonValueKind.Number)
            return JsonNode.DeepEquals(expected, actual);

        var (before, now) = (Number(expected), Number(actual));
        return before.Equals(now) || Math.Abs(before - now) <= tolerance * Math.Abs(before);
    }

    private static double Number(JsonNode node) => double.Parse(node.ToJsonString(), CultureInfo.InvariantCulture);
}
