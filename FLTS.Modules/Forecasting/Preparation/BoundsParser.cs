using System.Text.Json.Nodes;
using FLTS.Forecasting.Json;

namespace FLTS.Forecasting.Preparation;

/// <summary>Reads, checks and writes <c>bounds</c>: <c>{&lt;target&gt;: {min?, max?}}</c>.</summary>
internal static class BoundsParser
{
    private const string Name = "bounds";

    /// <param name="options">May hold other options too.</param>
    /// <param name="rule">What is asked of the least forecast beside them.</param>
    /// <exception cref="InvalidInputException">A wrong type, or bounds that leave no room; says what would be right.</exception>
    public static IReadOnlyDictionary<string, TargetBounds> Read(StrictJson options, NonNegativeRule rule)
    {
        var bounds = new SortedDictionary<string, TargetBounds>(StringComparer.Ordinal);
        if (options.Object(Name) is not { } stated)
            return bounds;
        foreach (var target in options.Document(Name).Select(member => member.Key))
        {
            if (stated.Object(target)?.AllowOnly("min", "max") is not { } read)
                continue;
            var (min, max) = (read.Number("min"), read.Number("max"));
            if (rule == NonNegativeRule.On && min < 0)
                throw read.Wrong("min", "at least 0, because 'non_negative' is on");
            if (min >= max)
                throw read.Wrong("max", FormattableString.Invariant($"above 'min' ({min})"));
            if (rule == NonNegativeRule.On && max <= 0)
                throw read.Wrong("max", "above 0, because 'non_negative' is on");
            if (min is not null || max is not null)
                bounds[target] = new TargetBounds(min, max);
        }

        return bounds;
    }

    public static JsonObject ToJson(IReadOnlyDictionary<string, TargetBounds> bounds)
    {
        var json = new JsonObject();
        foreach (var (target, (min, max)) in bounds)
        {
            var stated = new JsonObject();
            if (min is { } least)
                stated["min"] = least;
            if (max is { } most)
                stated["max"] = most;
            json[target] = stated;
        }

        return json;
    }
}
