using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Json;
using FLTS.Modules.Registry.Ledger;

namespace FLTS.Modules.Evaluation.Promotion;

/// <summary>Body of <c>POST /promote</c>. Read strictly: an unknown member or a wrong type is said by name.</summary>
/// <param name="Target">What is promoted.</param>
/// <param name="Force">The gate is overridden.</param>
/// <param name="DryRun">Nothing is stored.</param>
/// <param name="Reason">Why a person asks; told in the attempt's reason.</param>
/// <param name="Canonical">The whole body as canonical JSON: the same request is the same text.</param>
internal sealed record PromoteRequest(PromotionTarget Target, bool Force, bool DryRun, string? Reason, string Canonical)
{
    private const int LongestId = 64;
    private const int MostRuns = 100;
    private static readonly string[] _subjects = ["config_hash", "pipeline_id", "run_ids"];
    private static readonly string[] _known = [.. _subjects, "identifier", "force", "dry_run", "reason"];

    /// <exception cref="InvalidInputException">Names the member and what it must be.</exception>
    public static PromoteRequest Parse(JsonElement body)
    {
        var read = StrictJson.Body(body).AllowOnly(_known);
        string[] named = [.. _subjects.Where(name => read.Element(name) is not null)];
        if (named.Length != 1)
        {
            var given = named.Length == 0 ? "is none" : $"are {string.Join(", ", named)}";
            throw new InvalidInputException(
                $"Exactly one of 'config_hash', 'pipeline_id' and 'run_ids' says what is promoted; given {given}.");
        }

        return new PromoteRequest(
            new PromotionTarget(
                Id<ConfigHash>(read, "config_hash"),
                Id<PipelineId>(read, "pipeline_id"),
                RunsOf(read),
                Id<Identifier>(read, "identifier")),
            read.Flag("force") ?? false,
            read.Flag("dry_run") ?? false,
            read.Text("reason", StatedReason.Longest, shortest: 1),
            CanonicalJson.Serialize(JsonNode.Parse(body.GetRawText())));
    }

    private static TId? Id<TId>(StrictJson read, string name)
        where TId : struct, IId<TId> => read.Text(name, LongestId, shortest: 1) is { } text ? TId.From(text) : null;

    private static List<RunId>? RunsOf(StrictJson read) =>
        read.Strings("run_ids", $"a list of 1 to {MostRuns} run ids", MostRuns) is { } runs
            ? [.. runs.Distinct().Order(StringComparer.Ordinal).Select(RunId.From)]
            : null;
}
