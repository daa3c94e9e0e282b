using System.Text.Json;

namespace FLTS.Modules.Evaluation.Promotion;

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
