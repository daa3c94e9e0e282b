using FLTS.Modules.Registry.Ledger;
using FLTS.Modules.Registry.Schema;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Evaluation.Promotion;

/// <summary>What becomes of runs that a promotion by hand found corrupt.</summary>
internal sealed partial class CorruptRuns(PromotionLedger ledger, IEnumerable<IReruns> reruns, ILogger<CorruptRuns> logger)
{
    /// <summary>
    /// Runs whose stored artifacts are not what was stored are never used again; each is trained once more, which ends in an evaluation by
    /// itself.
    /// </summary>
    /// <param name="corrupt">The runs.</param>
    /// <param name="isLasting">False for a dry run, which changes nothing.</param>
    /// <param name="policy">Says whether they are trained once more.</param>
    /// <param name="cancellation">Stops it between runs.</param>
    /// <returns>What the caller is told.</returns>
    public async Task<InvalidInputException> RefuseAsync(
        IReadOnlyList<CorruptRun> corrupt, bool isLasting, EvaluationPolicy policy, CancellationToken cancellation)
    {
        var told = new List<string>();
        foreach (var (run, reason) in corrupt)
        {
            var again = isLasting ? await InvalidateAsync(run, reason, policy, cancellation) : "";
            told.Add($"{run.ModelType} run {run.RunId}: {reason}{again}");
        }

        return new InvalidInputException($"Artifacts cannot be used: {string.Join(" ", told)}")
        {
            Details = { ["unusable"] = corrupt.Select(c => c.Run.RunId).ToList() },
        };
    }

    private async Task<string> InvalidateAsync(RunRow run, string reason, EvaluationPolicy policy, CancellationToken cancellation)
    {
        await ledger.InvalidateAsync(run, reason, cancellation);
        var (id, configHash, identifier) = (run.RunId.Value, run.ConfigHash.Value, run.Identifier.Value);
        using (LogScope.Begin(logger, ("run_id", id), ("config_hash", configHash), ("identifier", identifier)))
            LogInvalid(logger, run.ModelType, reason);
        return RunRules.MayBeRetrained(run, policy) ? await TrainAgainAsync(run.RunId, cancellation) : "";
    }

    /// <summary>A pipeline that has not ended trains it once more by itself; one that has is asked to.</summary>
    private async Task<string> TrainAgainAsync(RunId runId, CancellationToken cancellation)
    {
        if (reruns.FirstOrDefault() is not { } command)
            return $" POST /runs/{runId}/rerun trains it again.";

        try
        {
            return $" It is trained once more as {await command.CorruptAsync(runId, cancellation)}.";
        }
        catch (ConflictException)
        {
            return ""; // Somebody asked for it already.
        }
    }

    [LoggerMessage(EventName = "promotion_artifact_corrupt", Level = LogLevel.Error, Message = "{model_type} run is invalid: {reason}")]
    private static partial void LogInvalid(ILogger logger, string model_type, string reason);
}
