using System.Globalization;
using System.Text.Json.Nodes;

namespace FLTS.Modules.Registry.Steps;

/// <summary>Something that was tried and refused.</summary>
internal sealed record Refusal(DateTimeOffset At, string Error);

/// <summary>Refusals as rows keep them: a JSON array of <c>{at, error}</c>, in the order of their times.</summary>
internal static class Refusals
{
    /// <summary>
    /// What one row keeps: a store that is away for weeks must not make a row of megabytes. The first and the last ones tell the story.
    /// </summary>
    private const int MaxEntries = 200;

    public static IReadOnlyList<Refusal> Read(string json) =>
        [.. JsonNode.Parse(json)!.AsArray().Select(r => new Refusal(r!["at"]!.GetValue<DateTimeOffset>(), r["error"]!.GetValue<string>()))];

    /// <summary>The array with more of them; the middle of very many is left out, which an entry says.</summary>
    public static string Add(string json, IEnumerable<Refusal> more)
    {
        var all = JsonNode.Parse(json)!.AsArray().Select(r => r!.AsObject()).ToList();
        all.AddRange(more.Select(r => new JsonObject { ["at"] = r.At, ["error"] = r.Error }));
        while (all.Count > MaxEntries)
            LeaveOutOne(all);

        return new JsonArray([.. all.Select(r => (JsonNode)r.DeepClone())]).ToJsonString();
    }

    private static void LeaveOutOne(List<JsonObject> all)
    {
        const string name = "left_out";
        var middle = MaxEntries / 2;
        var before = all[middle][name]?.GetValue<int>() ?? 0;
        if (before == 0)
            all.Insert(middle, []);

        // The entry takes the place of the one behind it, whose time it keeps: times stay in order.
        var left = before + 1;
        all[middle] = new JsonObject
        {
            ["at"] = all[middle + 1]["at"]!.DeepClone(),
            ["error"] = string.Create(CultureInfo.InvariantCulture, $"({left} more up to here are left out)"),
            [name] = left,
        };
        all.RemoveAt(middle + 1);
    }
}
