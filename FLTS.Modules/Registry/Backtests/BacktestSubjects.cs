using System.Text.Json.Nodes;
using FLTS.Modules.Registry.Retention;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Backtests;

/// <summary>A model that can be backtested, and how it was judged: by its newest pipeline.</summary>
/// <param name="Run">The run that made it.</param>
/// <param name="Computing">The runs whose models compute when it is asked: it and its members.</param>
/// <param name="Policy">Of that pipeline.</param>
/// <param name="InputRows">The longest input of the models that were scored there on the same rows.</param>
internal sealed record BacktestSubject(RunRow Run, IReadOnlyList<RunRow> Computing, EvaluationPolicy Policy, int InputRows);

/// <summary>Finds who is to be backtested.</summary>
internal sealed class BacktestSubjects(IDbContextFactory<RegistryDbContext> registry)
{
    /// <summary>A run of an identifier, or the champion in force.</summary>
    /// <exception cref="NotFoundException">No such run, or nothing was promoted.</exception>
    /// <exception cref="InvalidInputException">The run is of another identifier.</exception>
    /// <exception cref="ConflictException">The run has no model.</exception>
    public async Task<BacktestSubject> FindAsync(Identifier identifier, RunId? runId, CancellationToken cancellation) =>
        runId is { } id
            ? await OfRunAsync(identifier, id, cancellation)
            : await ChampionAsync(identifier, cancellation)
                ?? throw new NotFoundException(
                    $"Nothing was promoted for '{identifier}' yet. GET /champions lists what is in force; or name a 'run_id'.");

    /// <summary>The champion in force; null: nothing was promoted.</summary>
    /// <exception cref="ConflictException">It has no artifacts any more.</exception>
    public async Task<BacktestSubject?> ChampionAsync(Identifier identifier, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var champion = await db.ChampionsInForce()
            .Where(c => c.Identifier == identifier)
            .Select(c => (RunId?)c.RunId)
            .SingleOrDefaultAsync(cancellation);
        return champion is { } id ? await OfRunAsync(identifier, id, cancellation) : null;
    }

    private async Task<BacktestSubject> OfRunAsync(Identifier identifier, RunId id, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await RetentionMarks.UseAsync(db, [id], cancellation);
        var run = await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.RunId == id, cancellation)
            ?? throw new NotFoundException($"There is no run '{id}'. GET /runs lists them.");
        if (run.Identifier != identifier)
            throw new InvalidInputException($"'identifier' is '{identifier}', but run {id} belongs to '{run.Identifier}'.");
        if (run is not { Status: RunStatus.Succeeded, ManifestSha256: not null })
            throw new ConflictException($"Run {id} is {SnakeCase.Of(run.Status)}: it has no model that could forecast.");

        var members = await db.Runs.AsNoTracking()
            .Where(r => db.RunMembers.Any(m => m.RunId == id && m.MemberRunId == r.RunId))
            .ToListAsync(cancellation);
        RunRow[] computing = [run, .. members];
        var pipeline = await db.Pipelines.AsNoTracking()
            .Where(p => p.Runs.Any(r => r.RunId == id))
            .OrderByDescending(p => p.Sequence)
            .FirstOrDefaultAsync(cancellation);
        if (pipeline is null)
            return new BacktestSubject(run, computing, new EvaluationPolicy(), computing.Max(r => InputRows(r.Params)));

        var beside = await db.Runs
            .Where(r => r.Status == RunStatus.Succeeded
                && db.PipelineRuns.Any(p => p.PipelineId == pipeline.PipelineId && p.RunId == r.RunId))
            .Select(r => r.Params)
            .ToListAsync(cancellation);
        return new BacktestSubject(
            run,
            computing,
            EvaluationPolicy.Parse(JsonNode.Parse(pipeline.Evaluation)!.AsObject()),
            computing.Select(r => r.Params).Concat(beside).Max(InputRows));
    }

    /// <summary>Rows that a model looks at; those without the option look at one.</summary>
    private static int InputRows(string hyperparameters) => JsonNode.Parse(hyperparameters)?["input_len"]?.GetValue<int>() ?? 1;
}
