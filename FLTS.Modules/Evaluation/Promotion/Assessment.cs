using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Modules.Evaluation.Gate;
using FLTS.Modules.Registry.Attempts;
using FLTS.Modules.Registry.Ledger;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;

namespace FLTS.Modules.Evaluation.Promotion;

/// <summary>A decision with what it could not count on.</summary>
/// <param name="Result">The decision.</param>
/// <param name="Missing">Model type to the reason why it did not take part.</param>
/// <param name="Corrupt">Runs whose stored artifacts are not what was stored.</param>
internal sealed record Assessment(EvaluationResult Result, IReadOnlyDictionary<string, string> Missing, IReadOnlyList<CorruptRun> Corrupt)
{
    /// <summary>Ended without anything scored.</summary>
    public static Assessment Failed(
        string reason, IReadOnlyDictionary<string, string>? missing = null, IReadOnlyList<CorruptRun>? corrupt = null)
    {
        var decision = new Decision(AttemptOutcome.Failed, null, reason, false);
        var result = new EvaluationResult(decision, null, new Dictionary<RunId, JsonObject>(), null);
        return new Assessment(result, missing ?? new Dictionary<string, string>(), corrupt ?? []);
    }

    /// <summary>
    /// Superseded where a pipeline that was overtaken would end failed: nothing is wrong with it that anybody should look at.
    /// </summary>
    /// <param name="input">The pipeline.</param>
    public Assessment UnlessOvertaken(EvaluationInput input)
    {
        if (Result.Decision.Outcome != AttemptOutcome.Failed || input.Overtaken is not { } overtaken)
            return this;

        var decision = Result.Decision with { Outcome = AttemptOutcome.Superseded, Reason = $"{overtaken}; {Result.Decision.Reason}" };
        return this with { Result = Result with { Decision = decision } };
    }

    /// <summary>How it ends the attempt.</summary>
    /// <param name="refusals">What was refused on the way, and is not told yet.</param>
    public AttemptConclusion Conclude(IReadOnlyList<Refusal> refusals)
    {
        var decision = Result.Decision;
        return new AttemptConclusion(decision.Outcome, decision.Reason, decision.SelectedRunId)
        {
            Missing = MissingJson(),
            Margin = decision.Margin is { } margin && double.IsFinite(margin.LogRatio) // A score of 0 has no log.
                ? new AttemptMargin(margin.LogRatio, margin.StandardError)
                : null,
            Refusals = [.. refusals],
            Scoreboard = Result.Board is { } board
                ? new KeptScoreboard(board.ScoreboardId, JsonSerializer.Serialize(board, RegistryJson.Options))
                : null,
            TestMetrics = Result.TestMetrics,
            Champion = Result.Champion,
        };
    }

    private string MissingJson() => new JsonArray([.. Missing
        .OrderBy(m => m.Key, StringComparer.Ordinal)
        .Select(m => (JsonNode)new JsonObject { ["model_type"] = m.Key, ["reason"] = m.Value })]).ToJsonString();
}
