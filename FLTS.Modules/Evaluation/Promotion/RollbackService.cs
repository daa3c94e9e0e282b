using System.Text.Json;
using FLTS.Modules.Evaluation.Scoring;
using FLTS.Modules.Registry.Attempts;
using FLTS.Modules.Registry.Ledger;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Evaluation.Promotion;

/// <summary>Puts an earlier champion in force again, as a new version. The ledger is only ever appended to.</summary>
internal sealed partial class RollbackService(
    EvaluationInputs inputs,
    PromotionLedger ledger,
    CandidateVerifier verifier,
    PromotionAnnouncer announcer,
    TimeProvider time,
    ILogger<RollbackService> logger)
{
    /// <exception cref="NotFoundException">The identifier has no champion, or not this version.</exception>
    /// <exception cref="ConflictException">There is nothing to go back to, its artifacts cannot be used, or the champion changed
    /// meanwhile.</exception>
    public async Task<ChampionView> RollBackAsync(Identifier identifier, RollbackRequest request, CancellationToken cancellation) =>
        await RollBackAsync(
            await inputs.RollbackAsync(identifier, request.ToVersion, cancellation), request, AttemptTrigger.Rollback, cancellation);

    /// <summary>As above, by live errors, which judged two runs: another champion was not judged.</summary>
    /// <exception cref="ConflictException">As above, or the champion is another one by now.</exception>
    public async Task<ChampionView> RollBackLiveAsync(
        Identifier identifier, RunId worse, RunId better, string reason, CancellationToken cancellation)
    {
        var input = await inputs.RollbackAsync(identifier, null, cancellation);
        if (input.Current.RunId != worse || input.Target.RunId != better)
            throw new ConflictException(
                $"Of '{identifier}' run {worse} was judged beside run {better}, but now version {input.Current.Version} is run "
                + $"{input.Current.RunId}, and the one to go back to is run {input.Target.RunId}.");
        return await RollBackAsync(input, new RollbackRequest(null, reason), AttemptTrigger.Live, cancellation);
    }

    private async Task<ChampionView> RollBackAsync(
        RollbackInput input, RollbackRequest request, AttemptTrigger trigger, CancellationToken cancellation)
    {
        var identifier = input.Current.Identifier;
        var attempt = PromotionLedger.OpenRollback(input, trigger, time.GetUtcNow());
        using var scope = LogScope.Begin(
            logger,
            ("run_id", input.Run.RunId.Value),
            ("config_hash", input.Run.ConfigHash.Value),
            ("identifier", identifier.Value),
            ("attempt_id", attempt.AttemptId.Value));
        var refusals = new List<Refusal>();
        await VerifyAsync(input.Run, refusals, cancellation);

        var conclusion = Conclude(input, attempt.AttemptId, request.Reason, refusals);
        var pointer = conclusion.Champion!.Pointer;
        if (request.DryRun)
            return View(pointer);
        if (!await ledger.ConcludeAsync(attempt, conclusion, cancellation))
            throw new ConflictException($"The champion of '{identifier}' changed while this was prepared; look at it and ask again.");

        announcer.Count(conclusion.Outcome, trigger);
        LogRolledBack(logger, conclusion.Reason);
        await announcer.AnnounceAsync(pointer, CancellationToken.None); // It stands, whether or not the caller is still there.
        return View(pointer);
    }

    private static ChampionView View(PromotionPointer pointer) => new(
        pointer.Version, pointer.RunId, pointer.ModelType, pointer.ConfigHash, pointer.Timestamp, null, pointer.AttemptId);

    private async Task VerifyAsync(RunRow run, ICollection<Refusal> refusals, CancellationToken cancellation)
    {
        if (run.ManifestSha256 is null)
            throw new ConflictException($"{run.ModelType} run {run.RunId} has no artifacts any more: it cannot be put in force.");

        try
        {
            await verifier.CheckAsync(run, refusals, cancellation);
        }
        catch (FltsException e) when (e is CorruptArtifactException or NotFoundException)
        {
            throw new ConflictException($"{run.ModelType} run {run.RunId} cannot be put in force: {e.Message}");
        }
    }

    private AttemptConclusion Conclude(RollbackInput input, AttemptId attemptId, string? said, IReadOnlyList<Refusal> refusals)
    {
        var (current, target) = (input.Current, input.Target);
        var from = $"version {current.Version} ({current.ModelType} run {current.RunId})";
        var reason = $"rolled back from {from} to the model of version {target.Version}";
        var pointer = JsonSerializer.Deserialize<PromotionPointer>(target.Pointer, RegistryJson.Options)! with
        {
            Version = current.Version + 1,
            AttemptId = attemptId,
            Timestamp = time.GetUtcNow(),
        };
        return new AttemptConclusion(AttemptOutcome.Promoted, said is null ? reason : $"{reason}: {said}", target.RunId)
        {
            Refusals = refusals,
            Champion = new NewChampion(pointer, current.Sequence),
        };
    }

    [LoggerMessage(EventName = "promotion_decision", Level = LogLevel.Information, Message = "{reason}")]
    private static partial void LogRolledBack(ILogger logger, string reason);
}
