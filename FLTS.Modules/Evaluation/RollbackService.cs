using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Modules.Registry;
using FLTS.Modules.Registry.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Evaluation;

/// <summary>Puts an earlier champion in force again, as a new version. The ledger is only ever appended to.</summary>
internal sealed partial class RollbackService(
    IDbContextFactory<RegistryDbContext> registry,
    CandidateVerifier verifier,
    PromotionAnnouncer announcer,
    TimeProvider time,
    ILogger<RollbackService> logger)
{
    /// <exception cref="NotFoundException">The identifier has no champion, or not this version.</exception>
    /// <exception cref="ConflictException">There is nothing to go back to, its artifacts cannot be used, or the champion changed meanwhile.</exception>
    public async Task<ChampionView> RollBackAsync(Identifier identifier, RollbackRequest request, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var lines = await PromotionRows.LinesAsync(db, identifier, cancellation);
        if (lines.Count == 0)
            throw new NotFoundException($"'{identifier}' has no champion.");

        var line = Target(identifier, lines, request.ToVersion);
        var target = await db.Champions.AsNoTracking().SingleAsync(c => c.Identifier == identifier && c.Version == line.Version, cancellation);
        var newest = lines[^1].Version;
        var current = await db.Champions.AsNoTracking().SingleAsync(c => c.Identifier == identifier && c.Version == newest, cancellation);
        var began = time.GetUtcNow();
        var refusals = new List<Refusal>();
        await VerifyAsync(await db.Runs.AsNoTracking().SingleAsync(r => r.RunId == target.RunId, cancellation), refusals, cancellation);

        var now = time.GetUtcNow();
        var attempt = Attempt(target, current, request, refusals, began, now);
        var pointer = JsonSerializer.Deserialize<PromotionPointer>(target.Pointer, RegistryJson.Options)! with
        {
            Version = current.Version + 1,
            AttemptId = attempt.AttemptId,
            Timestamp = now,
        };
        await using (var transaction = await db.Database.BeginTransactionAsync(cancellation))
        {
            // The version decides between this and whatever promotes at the same moment.
            if (!await db.InsertIfAbsentAsync(attempt, cancellation)
                || !await db.InsertIfAbsentAsync(PromotionRows.Champion(pointer, current.Sequence, attempt.AttemptId), cancellation))
            {
                throw new ConflictException($"The champion of '{identifier}' changed while this was prepared; look at it and ask again.");
            }

            await transaction.CommitAsync(cancellation);
        }

        PromotionAnnouncer.Count(AttemptOutcome.Promoted, AttemptTrigger.Rollback);
        LogRolledBack(logger, attempt.Reason!, pointer.RunId, pointer.ConfigHash, identifier, attempt.AttemptId);
        await announcer.AnnounceAsync(pointer, CancellationToken.None); // It stands, whether or not the caller is still there.
        return new ChampionView(pointer.Version, pointer.RunId, pointer.ModelType, pointer.ConfigHash, now, null, attempt.AttemptId);
    }

    private static LedgerLine Target(Identifier identifier, List<LedgerLine> lines, int? version)
    {
        var current = lines[^1];
        if (version is not { } wanted)
        {
            return Ledger.RollbackTarget(lines)
                ?? throw new ConflictException($"'{identifier}' has no earlier champion to go back to that is another model than version {current.Version} and was not itself rolled back.");
        }

        var line = lines.SingleOrDefault(l => l.Version == wanted) ?? throw new NotFoundException($"'{identifier}' has no version {wanted}; its versions are 1 to {current.Version}.");
        return line.RunId != current.RunId ? line : throw new ConflictException($"Version {wanted} of '{identifier}' is run {line.RunId}, which is in force already.");
    }

    private async Task VerifyAsync(RunRow run, ICollection<Refusal> refusals, CancellationToken cancellation)
    {
        if (run.ManifestSha256 is null)
            throw new ConflictException($"{run.ModelType} run {run.RunId} has no artifacts any more: it cannot be put in force.");

        try
        {
            var dataset = await verifier.DataAsync(run.ConfigHash, run.Identifier, refusals, cancellation);
            (await verifier.LoadAsync(run, dataset.Train, refusals, cancellation)).Dispose();
        }
        catch (FltsException e) when (e is CorruptArtifactException or NotFoundException)
        {
            throw new ConflictException($"{run.ModelType} run {run.RunId} cannot be put in force: {e.Message}");
        }
    }

    private static PromotionAttemptRow Attempt(ChampionRow target, ChampionRow current, RollbackRequest request, IReadOnlyList<Refusal> refusals, DateTimeOffset began, DateTimeOffset now)
    {
        var reason = $"rolled back from version {current.Version} ({current.ModelType} run {current.RunId}) to the model of version {target.Version}";
        return new PromotionAttemptRow
        {
            AttemptId = AttemptId.From(Guid.CreateVersion7(now).ToString("N")),
            IdempotencyKey = $"rollback/{current.Identifier}/{current.Version + 1}",
            ConfigHash = target.ConfigHash,
            Identifier = current.Identifier,
            Sequence = current.Sequence,
            Trigger = AttemptTrigger.Rollback,
            Outcome = AttemptOutcome.Promoted,
            Reason = request.Reason is { } said ? $"{reason}: {said}" : reason,
            Candidates = new JsonArray(target.RunId.Value).ToJsonString(),
            SelectedRunId = target.RunId,
            Tries = Refusals.Add("[]", refusals),
            CreatedAt = began,
            EndedAt = now,
            DurationMs = (long)(now - began).TotalMilliseconds,
        };
    }

    [LoggerMessage(EventName = "promotion_decision", Level = LogLevel.Information, Message = "{reason} (run_id {run_id}, config_hash {config_hash}, identifier {identifier}, attempt_id {attempt_id})")]
    private static partial void LogRolledBack(ILogger logger, string reason, RunId run_id, ConfigHash config_hash, Identifier identifier, AttemptId attempt_id);
}
