using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Json;

namespace FLTS.Modules.Evaluation;

/// <summary>Body of <c>POST /promote</c>. Read strictly: an unknown member or a wrong type is said by name.</summary>
internal sealed record PromoteRequest(ConfigHash? ConfigHash, PipelineId? PipelineId, IReadOnlyList<RunId>? RunIds, Identifier? Identifier, bool Force, bool DryRun, string? Reason, string Canonical)
{
    private const int LongestReason = 500;
    private const int MostRuns = 100;
    private static readonly string[] _subjects = ["config_hash", "pipeline_id", "run_ids"];
    private static readonly string[] _known = [.. _subjects, "identifier", "force", "dry_run", "reason"];

    /// <exception cref="InvalidInputException">Names the member and what it must be.</exception>
    public static PromoteRequest Parse(JsonElement body)
    {
        var members = RequestReader.Members(body, _known);
        string[] named = [.. _subjects.Where(members.ContainsKey)];
        if (named.Length != 1)
            throw new InvalidInputException($"Exactly one of 'config_hash', 'pipeline_id' and 'run_ids' says what is promoted; given {(named.Length == 0 ? "is none" : $"are {string.Join(", ", named)}")}.");

        return new PromoteRequest(
            RequestReader.Id<ConfigHash>(members, "config_hash", 64),
            RequestReader.Id<PipelineId>(members, "pipeline_id", 64),
            RunsOf(members),
            RequestReader.Id<Identifier>(members, "identifier", 64),
            RequestReader.Flag(members, "force"),
            RequestReader.Flag(members, "dry_run"),
            RequestReader.Text(members, "reason", LongestReason),
            CanonicalJson.Serialize(JsonNode.Parse(body.GetRawText())));
    }

    private static List<RunId>? RunsOf(Dictionary<string, JsonElement> members)
    {
        if (!members.TryGetValue("run_ids", out var value))
            return null;

        return value.ValueKind == JsonValueKind.Array && value.GetArrayLength() is >= 1 and <= MostRuns && value.EnumerateArray().All(v => v.ValueKind == JsonValueKind.String)
            ? [.. value.EnumerateArray().Select(v => v.GetString()!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(RunId.From)]
            : throw new InvalidInputException($"'run_ids' must be a list of 1 to {MostRuns} run ids.");
    }
}

/// <summary>Body of <c>POST /champions/{identifier}/rollback</c>.</summary>
internal sealed record RollbackRequest(int? ToVersion, string? Reason)
{
    private static readonly string[] _known = ["to_version", "reason"];

    /// <exception cref="InvalidInputException">Names the member and what it must be.</exception>
    public static RollbackRequest Parse(JsonElement? body)
    {
        if (body is not { } given || given.ValueKind == JsonValueKind.Undefined)
            return new RollbackRequest(null, null);

        var members = RequestReader.Members(given, _known);
        int? version = null;
        if (members.TryGetValue("to_version", out var value))
        {
            version = value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= 1
                ? number
                : throw new InvalidInputException($"'to_version' is {value.GetRawText()}; it must be a whole number from 1.");
        }

        return new RollbackRequest(version, RequestReader.Text(members, "reason", 500));
    }
}

/// <summary>Members of a small JSON body, each checked by name.</summary>
internal static class RequestReader
{
    public static Dictionary<string, JsonElement> Members(JsonElement body, string[] known)
    {
        if (body.ValueKind != JsonValueKind.Object)
            throw new InvalidInputException("The body must be a JSON object.");

        var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in body.EnumerateObject())
        {
            if (!known.Contains(member.Name, StringComparer.Ordinal))
                throw new InvalidInputException($"Unknown field '{member.Name}'; known are {string.Join(", ", known)}.");
            if (member.Value.ValueKind != JsonValueKind.Null && !members.TryAdd(member.Name, member.Value))
                throw new InvalidInputException($"'{member.Name}' is given twice.");
        }

        return members;
    }

    public static string? Text(Dictionary<string, JsonElement> members, string name, int longest)
    {
        if (!members.TryGetValue(name, out var value))
            return null;

        return value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text && text.Length <= longest
            ? text
            : throw new InvalidInputException($"'{name}' must be text of 1 to {longest} characters.");
    }

    public static TId? Id<TId>(Dictionary<string, JsonElement> members, string name, int longest)
        where TId : struct, IId<TId> =>
        Text(members, name, longest) is { } text ? TId.From(text) : null;

    public static bool Flag(Dictionary<string, JsonElement> members, string name) => members.TryGetValue(name, out var value) && value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw new InvalidInputException($"'{name}' is {value.GetRawText()}; it must be true or false."),
    };
}
