using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Json;
using FLTS.Modules.Registry;
using FLTS.Modules.Registry.Entities;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Evaluation;

/// <summary>Rows of promotions and rollbacks by hand.</summary>
internal sealed class ManualStore(IDbContextFactory<RegistryDbContext> registry, TimeProvider time)
{
    /// <summary>Members that an attempt by hand adds to its policy: what was asked, and the attempt that had answered it already.</summary>
    private const string Request = "request";
    private const string AnsweredBy = "answered_by";

    /// <summary>What a request names.</summary>
    /// <exception cref="NotFoundException">No such pipeline, config_hash or run.</exception>
    /// <exception cref="ConflictException">Models are missing; names them. Or the data is being prepared again.</exception>
    /// <exception cref="InvalidInputException">Runs of several config_hashes, or another identifier.</exception>
    public async Task<EvaluationInput> ResolveAsync(PromoteRequest request, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var (pipeline, runs) = request.RunIds is { } ids
            ? await OfRunsAsync(db, ids, cancellation)
            : await OfPipelineAsync(db, request, cancellation);
        if (request.Identifier is { } identifier && identifier != pipeline.Identifier)
            throw new InvalidInputException($"'identifier' is '{identifier}', but what is named belongs to '{pipeline.Identifier}'.");

        var waiting = runs.Where(r => r.Status is RunStatus.Queued or RunStatus.Running or RunStatus.Storing || (request.RunIds is not null && r.Status != RunStatus.Succeeded)).ToList();
        if (waiting.Count > 0)
        {
            throw new ConflictException($"Models are missing: {string.Join(", ", waiting.Select(r => $"{r.ModelType} run {r.RunId} is {Word(r.Status)}"))}.")
            {
                Details = { ["missing"] = waiting.Select(r => r.RunId).ToList() },
            };
        }

        var input = await PromotionRows.InputAsync(db, pipeline, runs, cancellation);
        return input.Dataset is DatasetStatus.Ready or DatasetStatus.Failed
            ? input
            : throw new ConflictException($"The data {pipeline.ConfigHash} is being prepared; ask again when that has ended.");
    }

    public async Task<PromotionAttemptRow?> FindByKeyAsync(string key, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.PromotionAttempts.AsNoTracking().SingleOrDefaultAsync(a => a.IdempotencyKey == key, cancellation);
    }

    /// <summary>The concluded attempt on the same candidates and policy, if the champion is unchanged since.</summary>
    public async Task<PromotionAttemptRow?> FindConcludedAsync(EvaluationInput input, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var candidates = CandidatesOf(input);
        var same = await db.PromotionAttempts.AsNoTracking()
            .Where(a => a.ConfigHash == input.Pipeline.ConfigHash && a.Identifier == input.Pipeline.Identifier && a.Candidates == candidates && a.EndedAt != null)
            .Where(a => a.Outcome == AttemptOutcome.Promoted || a.Outcome == AttemptOutcome.KeptChampion || a.Outcome == AttemptOutcome.BelowBaseline)
            .Where(a => a.Trigger != AttemptTrigger.Rollback)
            .ToListAsync(cancellation);
        var policy = CanonicalJson.Serialize(JsonNode.Parse(input.Pipeline.Evaluation));
        var champion = input.Champion;
        return same
            .Where(a => JsonNode.Parse(a.Policy)!.AsObject() is var text && !text.ContainsKey(AnsweredBy) && PolicyOf(text) == policy)
            .Where(a => a.Outcome == AttemptOutcome.Promoted ? champion?.AttemptId == a.AttemptId : champion is null || champion.Since <= a.EndedAt)
            .MaxBy(a => a.EndedAt);
    }

    /// <summary>What an attempt was asked, in canonical JSON; null for one that was not by hand.</summary>
    public static string? RequestOf(PromotionAttemptRow attempt) => JsonNode.Parse(attempt.Policy)?[Request] is { } request ? CanonicalJson.Serialize(request) : null;

    /// <summary>A new attempt by hand, not yet stored.</summary>
    public PromotionAttemptRow NewAttempt(EvaluationInput input, string? key, string request, AttemptTrigger trigger)
    {
        var now = time.GetUtcNow();
        var id = AttemptId.From(Guid.CreateVersion7(now).ToString("N"));
        var policy = JsonNode.Parse(input.Pipeline.Evaluation)!.AsObject();
        policy[Request] = JsonNode.Parse(request);
        return new PromotionAttemptRow
        {
            AttemptId = id,
            IdempotencyKey = key ?? $"manual/{id}",
            ConfigHash = input.Pipeline.ConfigHash,
            Identifier = input.Pipeline.Identifier,
            PipelineId = input.Pipeline.PipelineId,
            Sequence = input.Pipeline.Sequence,
            Trigger = trigger,
            Candidates = CandidatesOf(input),
            Policy = policy.ToJsonString(),
            CreatedAt = now,
        };
    }

    /// <summary>Everything of a concluded attempt in one transaction.</summary>
    /// <returns>False: the key is taken, or another promotion of the identifier came between.</returns>
    public async Task<bool> WriteAsync(EvaluationInput input, PromotionAttemptRow attempt, EvaluationResult result, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        await PromotionRows.AddBoardAsync(db, result.Board, input.Pipeline.PipelineId, attempt.EndedAt!.Value, cancellation);
        if (!await db.InsertIfAbsentAsync(attempt, cancellation) || !await PromotionRows.AddAsync(db, input, attempt.AttemptId, result, cancellation))
            return false;

        await transaction.CommitAsync(cancellation);
        return true;
    }

    /// <summary>Keeps that a key was answered by an attempt that had concluded already.</summary>
    public async Task<bool> AliasAsync(PromotionAttemptRow attempt, PromotionAttemptRow answer, CancellationToken cancellation)
    {
        var policy = JsonNode.Parse(attempt.Policy)!.AsObject();
        policy[AnsweredBy] = answer.AttemptId.Value;
        (attempt.Policy, attempt.Outcome, attempt.EndedAt, attempt.DurationMs) = (policy.ToJsonString(), AttemptOutcome.KeptChampion, time.GetUtcNow(), 0);
        attempt.PipelineId = null; // The pipeline's story is the attempt that answers.
        attempt.Reason = $"answered by attempt {answer.AttemptId}: the same candidates and policy, and the champion is unchanged since";
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.InsertIfAbsentAsync(attempt, cancellation);
    }

    /// <summary>The attempt that answers, with its scoreboard.</summary>
    public async Task<PromoteAnswer> AnswerAsync(PromotionAttemptRow attempt, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        if (JsonNode.Parse(attempt.Policy)?[AnsweredBy]?.GetValue<string>() is { } id)
            attempt = await db.PromotionAttempts.AsNoTracking().SingleAsync(a => a.AttemptId == AttemptId.From(id), cancellation);

        var board = await db.Scoreboards.AsNoTracking().SingleOrDefaultAsync(s => s.ScoreboardId == attempt.ScoreboardId, cancellation);
        return new PromoteAnswer(AttemptView.Of(attempt), board is null ? null : JsonNode.Parse(board.Board), false);
    }

    private static async Task<(PipelineRow Pipeline, List<RunRow> Runs)> OfPipelineAsync(RegistryDbContext db, PromoteRequest request, CancellationToken cancellation)
    {
        var pipeline = await db.Pipelines.AsNoTracking().Include(p => p.Runs)
            .Where(p => request.PipelineId != null ? p.PipelineId == request.PipelineId : p.ConfigHash == request.ConfigHash)
            .OrderByDescending(p => p.Sequence)
            .FirstOrDefaultAsync(cancellation)
            ?? throw new NotFoundException(request.PipelineId is { } id ? $"There is no pipeline '{id}'." : $"There is no pipeline of config_hash '{request.ConfigHash}'.");
        var ids = pipeline.Runs.Select(r => r.RunId).ToList();
        return (pipeline, await db.Runs.AsNoTracking().Where(r => ids.Contains(r.RunId)).ToListAsync(cancellation));
    }

    private static async Task<(PipelineRow Pipeline, List<RunRow> Runs)> OfRunsAsync(RegistryDbContext db, IReadOnlyList<RunId> ids, CancellationToken cancellation)
    {
        var runs = await db.Runs.AsNoTracking().Where(r => ids.Contains(r.RunId)).ToListAsync(cancellation);
        if (ids.Except(runs.Select(r => r.RunId)).ToList() is { Count: > 0 } unknown)
            throw new NotFoundException($"There is no run {string.Join(", ", unknown)}.");
        if (runs.Select(r => r.ConfigHash).Distinct().Count() > 1)
            throw new InvalidInputException($"'run_ids' are of several config_hashes ({string.Join(", ", runs.Select(r => $"{r.RunId}: {r.ConfigHash}"))}); only models of the same data can be compared.");

        var pipeline = await db.Pipelines.AsNoTracking()
            .Where(p => p.Runs.Any(r => ids.Contains(r.RunId)))
            .OrderByDescending(p => p.Sequence)
            .FirstOrDefaultAsync(cancellation)
            ?? throw new NotFoundException("No pipeline holds these runs any more.");
        return (pipeline, runs);
    }

    private static string CandidatesOf(EvaluationInput input) =>
        JsonSerializer.Serialize(input.Runs.Where(r => r.Status == RunStatus.Succeeded).Select(r => r.RunId.Value).Order(StringComparer.Ordinal));

    private static string PolicyOf(JsonObject policy)
    {
        var plain = policy.DeepClone().AsObject();
        plain.Remove(Request);
        return CanonicalJson.Serialize(plain);
    }

    private static string Word(RunStatus status) => JsonNamingPolicy.SnakeCaseLower.ConvertName(status.ToString());
}

/// <summary>Answer of <c>POST /promote</c>.</summary>
internal sealed record PromoteAnswer(AttemptView Attempt, JsonNode? Scoreboard, bool DryRun);
