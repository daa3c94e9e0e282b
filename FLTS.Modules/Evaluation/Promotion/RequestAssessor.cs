using System.Text.Json.Nodes;
using FLTS.Modules.Registry.Attempts;
using FLTS.Modules.Registry.Ledger;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;

namespace FLTS.Modules.Evaluation.Promotion;

/// <summary>Assesses what a person asks for. What would end a pipeline's attempt as failed is said to the caller instead.</summary>
internal sealed class RequestAssessor(Assessor assessor, CorruptRuns corruptRuns)
{
    /// <summary>How the attempt ends.</summary>
    /// <exception cref="InvalidInputException">Stored artifacts cannot be used; names each.</exception>
    /// <exception cref="ConflictException">Too few models; names what is missing.</exception>
    public async Task<AttemptConclusion> AssessAsync(
        PromoteRequest request, EvaluationInput input, PromotionAttemptRow attempt, CancellationToken cancellation)
    {
        var policy = EvaluationPolicy.Parse(JsonNode.Parse(input.Pipeline.Evaluation)!.AsObject());
        var refusals = new List<Refusal>();
        var order = new AssessmentOrder(input, policy, attempt.AttemptId, request.Force, refusals);
        var assessment = await assessor.AssessAsync(order, cancellation);
        if (assessment.Corrupt.Count > 0)
            throw await corruptRuns.RefuseAsync(assessment.Corrupt, isLasting: !request.DryRun, policy, cancellation);

        var conclusion = assessment.Conclude(refusals);
        if (conclusion.Scoreboard is null)
        {
            throw new ConflictException($"Models are missing: {conclusion.Reason}.")
            {
                Details = { ["missing"] = assessment.Missing.Keys.Order(StringComparer.Ordinal).ToList() },
            };
        }

        return request.Reason is { } said ? conclusion with { Reason = $"{conclusion.Reason}; asked by hand: {said}" } : conclusion;
    }
}
