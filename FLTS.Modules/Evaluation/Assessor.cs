using System.Text.Json.Nodes;
using FLTS.Forecasting.Preparation;
using FLTS.Modules.Registry;
using FLTS.Modules.Registry.Artifacts;
using FLTS.Modules.Registry.Entities;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Evaluation;

/// <summary>What was decided and everything that is written with it.</summary>
internal sealed record EvaluationResult(
    Decision Decision,
    ScoreboardModel? Board,
    IReadOnlyDictionary<RunId, JsonObject> TestMetrics,
    PromotionPointer? Pointer);

/// <summary>A decision with what it could not count on.</summary>
/// <param name="Result">The decision.</param>
/// <param name="Missing">Model type to the reason why it did not take part.</param>
/// <param name="Corrupt">Runs whose stored artifacts are not what was stored.</param>
internal sealed record Assessment(EvaluationResult Result, IReadOnlyDictionary<string, string> Missing, IReadOnlyList<(RunRow Run, string Reason)> Corrupt)
{
    /// <summary>JSON array of <c>{model_type, reason}</c>.</summary>
    public string MissingJson => new JsonArray([.. Missing
        .OrderBy(m => m.Key, StringComparer.Ordinal)
        .Select(m => (JsonNode)new JsonObject { ["model_type"] = m.Key, ["reason"] = m.Value })]).ToJsonString();

    /// <summary>Ended without anything scored.</summary>
    public static Assessment Failed(string reason, IReadOnlyDictionary<string, string>? missing = null, IReadOnlyList<(RunRow Run, string Reason)>? corrupt = null) => new(
        new EvaluationResult(new Decision(AttemptOutcome.Failed, null, reason, false), null, new Dictionary<RunId, JsonObject>(), null),
        missing ?? new Dictionary<string, string>(),
        corrupt ?? []);
}

/// <summary>Verifies, scores and decides, from what is stored. Writes nothing.</summary>
internal sealed partial class Assessor(CandidateVerifier verifier, TimeProvider time, ILogger<Assessor> logger)
{
    /// <param name="input">The runs to choose from and the champion.</param>
    /// <param name="policy">How.</param>
    /// <param name="attemptId">Named in the pointer.</param>
    /// <param name="force">A person overrides the gate.</param>
    /// <param name="refusals">Gets what the store refused on the way.</param>
    /// <param name="cancellation">Looked at between models.</param>
    /// <exception cref="UnavailableException">The store refuses.</exception>
    /// <exception cref="CorruptArtifactException">The processed data is not what was stored.</exception>
    public async Task<Assessment> AssessAsync(EvaluationInput input, EvaluationPolicy policy, AttemptId attemptId, bool force, ICollection<Refusal> refusals, CancellationToken cancellation)
    {
        var missing = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var run in input.Runs.Where(r => r.Status != RunStatus.Succeeded))
            missing[run.ModelType] = run.Error ?? run.Status.ToString().ToLowerInvariant();

        var corrupt = new List<(RunRow, string)>();
        var candidates = new List<Candidate>();
        try
        {
            var succeeded = input.Runs.Where(r => r.Status == RunStatus.Succeeded).OrderBy(r => ForecasterCatalog.Order(r.ModelType)).ThenBy(r => r.RunId.Value, StringComparer.Ordinal).ToList();
            var dataset = succeeded.Count > 0 ? await verifier.DataAsync(input.Pipeline.ConfigHash, input.Pipeline.Identifier, refusals, cancellation) : null;
            foreach (var run in succeeded)
            {
                try
                {
                    candidates.Add(new Candidate(run.RunId, await verifier.LoadAsync(run, dataset!.Train, refusals, cancellation)));
                    FaultPoint.Reach("evaluate.candidate-verified");
                    LogArtifactsOk(logger, run.ModelType, run.RunId, run.ConfigHash, run.Identifier);
                }
                catch (CorruptArtifactException e)
                {
                    corrupt.Add((run, e.Message));
                    missing[run.ModelType] = e.Message;
                }
            }

            if (candidates.Count < policy.MinCandidates)
                return TooFew(candidates.Count, policy, missing, corrupt);

            var result = await ScoreAsync(input, attemptId, dataset!, candidates, policy, force, missing, refusals, cancellation);
            return new Assessment(result, missing, corrupt);
        }
        finally
        {
            foreach (var candidate in candidates)
                candidate.Model.Dispose();
        }
    }

    private Assessment TooFew(int count, EvaluationPolicy policy, Dictionary<string, string> missing, List<(RunRow, string)> corrupt)
    {
        var reason = $"{count} of at least {policy.MinCandidates} candidates have a model: {string.Join("; ", missing.Select(m => $"{m.Key}: {m.Value}"))}";
        LogNoRuns(logger, reason);
        return Assessment.Failed(reason, missing, corrupt);
    }

    private async Task<EvaluationResult> ScoreAsync(
        EvaluationInput input,
        AttemptId attemptId,
        PreparedDataset dataset,
        List<Candidate> candidates,
        EvaluationPolicy policy,
        bool force,
        Dictionary<string, string> missing,
        ICollection<Refusal> refusals,
        CancellationToken cancellation)
    {
        var (pipeline, champion) = (input.Pipeline, input.Champion);
        var isCandidate = candidates.Any(c => c.RunId == champion?.RunId);
        var (championModel, unreadable) = champion is null || isCandidate ? (null, null) : await ChampionAsync(input, refusals, cancellation);
        using var held = championModel;
        var scoring = await Task.Run(
            () => Scorer.Score(dataset, candidates, championModel is null ? null : new Candidate(champion!.RunId, championModel), policy, cancellation), cancellation);
        FaultPoint.Reach("evaluate.scored");
        foreach (var entry in scoring.Candidates.Where(c => c.NotApplicable is not null))
            missing[entry.ModelType] = entry.NotApplicable!;

        if (champion is not null && isCandidate)
            scoring = scoring with { Champion = scoring.Candidates.First(c => c.RunId == champion.RunId) with { Kind = "champion" } };
        else if (champion is not null && unreadable is not null)
            scoring = scoring with { Champion = ScoreboardEntry.NotScored("champion", champion.ModelType, champion.RunId, $"champion_incomparable: {unreadable}") };

        var line = champion is null ? null : new ChampionLine(champion.RunId, champion.Version, champion.Sequence, scoring.Champion?.Score, scoring.Champion?.NotApplicable);
        var contenders = scoring.Candidates
            .Select(c => new Contender(c.RunId!.Value, c.ModelType, ForecasterCatalog.Order(c.ModelType), c.Score, input.RolledBack.Contains(c.RunId!.Value)))
            .ToList();
        var decision = PromotionDecision.Decide(contenders, [.. scoring.References.Select(r => new ReferenceLine(r.ModelType, r.Score))], line, pipeline.Sequence, policy, force);
        var board = Boards.Build(pipeline, scoring, contenders, line, decision, policy, ScoreboardId.From(Guid.CreateVersion7(time.GetUtcNow()).ToString("N")));
        LogBoard(logger, pipeline.PipelineId, pipeline.ConfigHash, pipeline.Identifier, Boards.Summary(board));
        return new EvaluationResult(decision, board, Boards.TestMetrics(board), Pointer(input, decision, board, policy, attemptId));
    }

    private PromotionPointer? Pointer(EvaluationInput input, Decision decision, ScoreboardModel board, EvaluationPolicy policy, AttemptId attemptId)
    {
        if (decision.SelectedRunId is not { } runId)
            return null;

        var selected = input.Runs.Single(r => r.RunId == runId);
        var entry = board.Entries.Single(e => e.RunId == runId && e.Kind == "candidate");
        return new PromotionPointer(
            input.Pipeline.Identifier,
            input.Pipeline.ConfigHash,
            runId,
            selected.ModelType,
            ObjectKeys.Manifest(runId, selected.Attempt).ToString(),
            entry.Rmse,
            entry.Mae,
            entry.Mse,
            entry.Score,
            policy.Weights,
            time.GetUtcNow(),
            attemptId,
            (input.Champion?.Version ?? 0) + 1);
    }

    /// <summary>The champion's model, or why it cannot be read: corrupt or pruned, so nothing can be compared with it.</summary>
    private async Task<(LoadedModel? Model, string? Unreadable)> ChampionAsync(EvaluationInput input, ICollection<Refusal> refusals, CancellationToken cancellation)
    {
        var run = input.ChampionRun!;
        if (run.ManifestSha256 is null)
            return (null, $"its run {run.RunId} has no artifacts any more");

        try
        {
            return (await verifier.LoadChampionAsync(run, refusals, cancellation), null);
        }
        catch (CorruptArtifactException e)
        {
            LogChampionCorrupt(logger, run.RunId, e.Message);
            return (null, e.Message);
        }
    }

    [LoggerMessage(EventName = "promotion_artifacts_ok", Level = LogLevel.Information, Message = "The artifacts of {model_type} run {run_id} are whole (config_hash {config_hash}, identifier {identifier})")]
    private static partial void LogArtifactsOk(ILogger logger, string model_type, RunId run_id, ConfigHash config_hash, Identifier identifier);

    [LoggerMessage(EventName = "promotion_no_valid_runs", Level = LogLevel.Error, Message = "Nothing to promote: {reason}")]
    private static partial void LogNoRuns(ILogger logger, string reason);

    [LoggerMessage(EventName = "promotion_scoreboard", Level = LogLevel.Information, Message = "Scores: {scores} (pipeline_id {pipeline_id}, config_hash {config_hash}, identifier {identifier})")]
    private static partial void LogBoard(ILogger logger, PipelineId pipeline_id, ConfigHash config_hash, Identifier identifier, string scores);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The champion's artifacts (run {run_id}) are corrupt: {reason}")]
    private static partial void LogChampionCorrupt(ILogger logger, RunId run_id, string reason);
}
