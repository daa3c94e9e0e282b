using FLTS.Forecasting.Preparation;
using FLTS.Modules.Evaluation.Gate;
using FLTS.Modules.Evaluation.Scoring;
using FLTS.Modules.Registry.Artifacts;
using FLTS.Modules.Registry.Attempts;
using FLTS.Modules.Registry.Schema;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Evaluation.Promotion;

/// <summary>
/// Verifies, scores and decides, from what is stored: the one way for every promotion that models compete for. Writes nothing.
/// </summary>
internal sealed partial class Assessor(
    CandidateVerifier verifier, ComputeBudget budget, SharedFits shared, TimeProvider time, ILogger<Assessor> logger)
{
    /// <summary>Assesses the runs of an order; <paramref name="cancellation"/> is looked at between models.</summary>
    /// <exception cref="UnavailableException">The store refuses.</exception>
    /// <exception cref="CorruptArtifactException">The processed data is not what was stored.</exception>
    public async Task<Assessment> AssessAsync(AssessmentOrder order, CancellationToken cancellation)
    {
        var runs = order.Input.Runs;
        var missing = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var run in runs.Where(r => r.Status != RunStatus.Succeeded))
            missing[run.ModelType] = run.Error ?? SnakeCase.Of(run.Status);

        var corrupt = new List<CorruptRun>();
        var candidates = new List<Candidate>();
        try
        {
            var succeeded = runs
                .Where(r => r.Status == RunStatus.Succeeded)
                .OrderBy(r => ForecasterCatalog.Order(r.ModelType))
                .ThenBy(r => r.RunId.Value, StringComparer.Ordinal)
                .ToList();
            var dataset = succeeded.Count > 0 ? await DataAsync(order, cancellation) : null;
            foreach (var run in succeeded)
            {
                using var scope = LogScope.Begin(logger, ("run_id", run.RunId.Value));
                try
                {
                    candidates.Add(new Candidate(
                        run.RunId, await verifier.LoadAsync(run, dataset!.Train, order.Refusals, cancellation, Share)));
                    FaultPoint.Reach("evaluate.candidate-verified");
                    LogArtifactsOk(logger, run.ModelType);
                }
                catch (CorruptArtifactException e)
                {
                    // Of a member it is the member that is replaced first: with it, another ENSEMBLE comes.
                    var member = e is CorruptMemberException of ? runs.FirstOrDefault(r => r.RunId == of.Member) : null;
                    if (member is not null && corrupt.All(c => c.Run.RunId != member.RunId))
                        corrupt.Add(new CorruptRun(member, e.InnerException!.Message));
                    corrupt.Add(new CorruptRun(run, e.Message));
                    missing[run.ModelType] = e.Message;
                }
            }

            if (Counted(runs, candidates) is var count && count < order.Policy.MinCandidates)
                return TooFew(count, order.Policy, missing, corrupt);

            var result = await ScoreAsync(order, dataset!, candidates, missing, cancellation);
            return new Assessment(result, missing, corrupt);
        }
        finally
        {
            foreach (var candidate in candidates)
                candidate.Model.Dispose();
        }

        LoadedModel? Share(RunId runId, int attempt) => candidates
            .Select(c => c.Model)
            .FirstOrDefault(m => m.Manifest.RunId == runId && m.Manifest.Attempt == attempt && m.TryShare());
    }

    /// <summary>An ENSEMBLE is nothing without the others: it counts only where a person names it alone.</summary>
    private static int Counted(IReadOnlyList<RunRow> runs, List<Candidate> candidates) =>
        runs.All(r => ForecasterCatalog.IsEnsemble(r.ModelType))
            ? candidates.Count
            : candidates.Count(c => !ForecasterCatalog.IsEnsemble(c.Model.Manifest.ModelType));

    private async Task<PreparedDataset> DataAsync(AssessmentOrder order, CancellationToken cancellation)
    {
        using var reading = budget.EnterReading();
        var pipeline = order.Input.Pipeline;
        return await verifier.DataAsync(pipeline.ConfigHash, pipeline.Identifier, order.Refusals, cancellation);
    }

    private Assessment TooFew(int count, EvaluationPolicy policy, Dictionary<string, string> missing, List<CorruptRun> corrupt)
    {
        var why = string.Join("; ", missing.Select(m => $"{m.Key}: {m.Value}"));
        var reason = $"{count} of at least {policy.MinCandidates} candidates have a model: {why}";
        LogNoRuns(logger, reason);
        return Assessment.Failed(reason, missing, corrupt);
    }

    private async Task<EvaluationResult> ScoreAsync(
        AssessmentOrder order,
        PreparedDataset dataset,
        List<Candidate> candidates,
        Dictionary<string, string> missing,
        CancellationToken cancellation)
    {
        var (input, policy, champion) = (order.Input, order.Policy, order.Input.Champion);
        var decisive = DecisiveScores.Of(await ScoreAsync(order, dataset, candidates, cancellation), policy);
        var scoring = decisive.Applied();
        FaultPoint.Reach("evaluate.scored");
        foreach (var entry in scoring.Candidates.Where(c => c.NotApplicable is not null))
            missing[entry.ModelType] = entry.NotApplicable!;

        var scored = scoring.Champion;
        var line = champion is null
            ? null
            : new ChampionLine(champion.RunId, champion.Version, champion.Sequence, scored?.DecisionScore, scored?.NotApplicable);
        var (naive, train) = (scoring.References.FirstOrDefault(r => r.ModelType == "NAIVE"), dataset.Unclipped.Train);
        var contenders = scoring.Candidates
            .Select(c => Contending(c, input.RolledBack) with
            {
                Implausible = Plausibility.WhyNot(c, naive, train),
                StandardError = scored is null ? null : decisive.StandardError(c, scored),
            })
            .ToList();
        var references = scoring.References.Select(r => new ReferenceLine(r.ModelType, r.DecisionScore)).ToList();
        var decision = PromotionDecision.Decide(contenders, references, line, input.Pipeline.Sequence, policy, order.Force);
        var boardId = ScoreboardId.From(Guid.CreateVersion7(time.GetUtcNow()).ToString("N"));
        var board = ScoreboardBuilder.Build(input.Pipeline, scoring, contenders, line, decision, policy, boardId) with
        {
            Decision = decisive.Bands.Count > 0 ? DecisionRule.Bands : DecisionRule.Horizon,
            DecidedBands = [.. decisive.Bands.Select(b => b.ToString())],
        };
        LogBoard(logger, ScoreboardBuilder.Summary(board));
        return new EvaluationResult(decision, board, ScoreboardBuilder.TestMetrics(board), Champion(order, decision, board));
    }

    private static Contender Contending(ScoreboardEntry entry, IReadOnlySet<RunId> rolledBack) =>
        new(
            entry.RunId!.Value,
            entry.ModelType,
            ForecasterCatalog.Order(entry.ModelType),
            entry.DecisionScore,
            rolledBack.Contains(entry.RunId!.Value),
            entry.NotApplicable ?? entry.Undefined?.GetValueOrDefault("score"));

    /// <summary>Scores on one frame. A champion that is a candidate, too, is scored once; one that cannot be read is told.</summary>
    private async Task<ScoringResult> ScoreAsync(
        AssessmentOrder order, PreparedDataset dataset, List<Candidate> candidates, CancellationToken cancellation)
    {
        var champion = order.Input.Champion;
        var isCandidate = candidates.Any(c => c.RunId == champion?.RunId);
        var (model, unreadable) = champion is null || isCandidate ? (null, null) : await ChampionAsync(order, cancellation);
        using var held = model;
        var compared = model is null ? null : new Candidate(champion!.RunId, model);
        var scoring = await budget.RunAsync(
            "The evaluation",
            Scorer.Estimate(dataset, compared is null ? candidates : [.. candidates, compared], order.Policy),
            p => Scorer.Score(dataset, candidates, compared, order.Policy, p.Cancellation, shared),
            cancellation);
        if (champion is not null && isCandidate)
            return scoring with { Champion = scoring.Candidates.First(c => c.RunId == champion.RunId) with { Kind = "champion" } };

        return champion is not null && unreadable is not null
            ? scoring with { Champion = ScoreboardEntry.Incomparable(champion.ModelType, champion.RunId, unreadable) }
            : scoring;
    }

    private NewChampion? Champion(AssessmentOrder order, Decision decision, Scoreboard board)
    {
        if (decision.SelectedRunId is not { } runId)
            return null;

        var input = order.Input;
        var selected = input.Runs.Single(r => r.RunId == runId);
        var entry = board.Entries.Single(e => e.RunId == runId && e.Kind == "candidate");
        var pointer = new PromotionPointer(
            input.Pipeline.Identifier,
            input.Pipeline.ConfigHash,
            runId,
            selected.ModelType,
            ObjectKeys.Manifest(runId, selected.Attempt).ToString(),
            entry.Rmse,
            entry.Mae,
            entry.Mse,
            entry.Score,
            order.Policy.Weights,
            time.GetUtcNow(),
            order.AttemptId,
            (input.Champion?.Version ?? 0) + 1);
        return new NewChampion(pointer, input.ChampionSequence);
    }

    /// <summary>The champion's model, or why it cannot be read: corrupt or pruned, so nothing can be compared with it.</summary>
    private async Task<(LoadedModel? Model, string? Unreadable)> ChampionAsync(AssessmentOrder order, CancellationToken cancellation)
    {
        var run = order.Input.ChampionRun!;
        if (run.ManifestSha256 is null)
            return (null, $"its run {run.RunId} has no artifacts any more");

        try
        {
            return (await verifier.LoadChampionAsync(run, order.Refusals, cancellation), null);
        }
        catch (CorruptArtifactException e)
        {
            using (LogScope.Begin(logger, ("run_id", run.RunId.Value)))
                LogChampionCorrupt(logger, e.Message);
            return (null, e.Message);
        }
    }

    [LoggerMessage(EventName = "promotion_artifacts_ok", Level = LogLevel.Information, Message = "The artifacts of {model_type} are whole")]
    private static partial void LogArtifactsOk(ILogger logger, string model_type);

    [LoggerMessage(EventName = "promotion_no_valid_runs", Level = LogLevel.Error, Message = "Nothing to promote: {reason}")]
    private static partial void LogNoRuns(ILogger logger, string reason);

    [LoggerMessage(EventName = "promotion_scoreboard", Level = LogLevel.Information, Message = "Scores: {scores}")]
    private static partial void LogBoard(ILogger logger, string scores);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The champion's artifacts are corrupt: {reason}")]
    private static partial void LogChampionCorrupt(ILogger logger, string reason);
}
