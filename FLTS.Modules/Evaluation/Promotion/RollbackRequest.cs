using System.Text.Json;
using FLTS.Forecasting.Json;

namespace FLTS.Modules.Evaluation.Promotion;

/// <summary>Body of <c>POST /champions/{identifier}/rollback</c>.</summary>
internal sealed record RollbackRequest(int? ToVersion, string? Reason, bool DryRun = false)
{
    /// <exception cref="InvalidInputException">Names the member and what it must be.</exception>
    public static RollbackRequest Parse(JsonElement? body)
    {
        if (body is not { } given || given.ValueKind == JsonValueKind.Undefined)
            return new RollbackRequest(null, null);

        var read = StrictJson.Body(given).AllowOnly("to_version", "reason", "dry_run");
        return new RollbackRequest(
            read.Integer("to_version", 1, int.MaxValue),
            read.Text("reason", StatedReason.Longest, shortest: 1),
            read.Flag("dry_run") ?? false);
    }
}
