using System.Text.Json.Nodes;
using FLTS.Modules.Registry.Pipelines;
using FLTS.Modules.Registry.Runs;

namespace FLTS.Modules.Page.Reading;

/// <summary>Runs side by side, and pipelines by the run of theirs that did best.</summary>
internal sealed class ComparisonReader(RunReader runs, PipelineReader pipelines, Boards boards)
{
    /// <summary>How many may be compared.</summary>
    public const int Least = 2, Most = 6;

    /// <param name="runIds">Runs.</param>
    /// <param name="pipelineIds">Pipelines, by id.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="InvalidInputException">Fewer or more than can be compared, or a pipeline of which no run was scored.</exception>
    /// <exception cref="NotFoundException">No such run or pipeline.</exception>
    public async Task<IReadOnlyList<ComparedRun>> OfAsync(
        IReadOnlyList<string> runIds, IReadOnlyList<string> pipelineIds, CancellationToken cancellation)
    {
        var count = runIds.Distinct().Count() + pipelineIds.Distinct().Count();
        if (count is < Least or > Most)
            throw new InvalidInputException(
                $"{count} {(count == 1 ? "is" : "are")} chosen; {Least} to {Most} runs or pipelines can be compared.");

        var compared = new List<ComparedRun>();
        foreach (var id in runIds.Distinct())
            compared.Add(await RunAsync(new RunId(id), null, cancellation));
        foreach (var id in pipelineIds.Distinct())
        {
            var pipeline = await pipelines.FindAsync(id, cancellation);
            var board = await boards.FindAsync(pipeline.PipelineId.Value, cancellation);
            var best = pipeline.Runs.Select(r => board?.Of(r.RunId)).OfType<BoardLine>().MinBy(l => l.Decisive)
                ?? throw new InvalidInputException(
                    $"No run of pipeline {pipeline.PipelineId} was scored (yet), so there is nothing to compare.");
            compared.Add(await RunAsync(new RunId(best.RunId!), pipeline, cancellation));
        }

        return compared;
    }

    private async Task<ComparedRun> RunAsync(RunId id, PipelineView? pipeline, CancellationToken cancellation)
    {
        var run = await runs.ViewAsync(id, cancellation);
        var line = (await boards.FindAsync(run.ConfigHash.Value, cancellation))?.Of(id);
        return new ComparedRun(run, pipeline, line?.Decisive, Leaves(run.Params), Leaves(run.TestMetrics));
    }

    /// <summary>Every value of a JSON object by its path, as text.</summary>
    private static Dictionary<string, JsonNode?> Leaves(JsonNode? node)
    {
        var leaves = new Dictionary<string, JsonNode?>();
        Walk("", node);
        return leaves;

        void Walk(string path, JsonNode? at)
        {
            if (at is JsonObject { Count: > 0 } parts)
            {
                foreach (var (name, part) in parts)
                    Walk(path.Length == 0 ? name : $"{path}.{name}", part);
            }
            else if (path.Length > 0)
            {
                leaves[path] = at;
            }
        }
    }
}

/// <summary>A run beside others.</summary>
/// <param name="Run">The run.</param>
/// <param name="Pipeline">For which it stands; null: for itself.</param>
/// <param name="Score">What decides, of the newest scoreboard of its data.</param>
/// <param name="Params">By path.</param>
/// <param name="Metrics">On the test part, by path.</param>
internal sealed record ComparedRun(
    RunView Run,
    PipelineView? Pipeline,
    double? Score,
    IReadOnlyDictionary<string, JsonNode?> Params,
    IReadOnlyDictionary<string, JsonNode?> Metrics);
