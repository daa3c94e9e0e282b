using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Preparation;
using Microsoft.EntityFrameworkCore;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Registry.Pipelines;

/// <summary>Says of pipelines what would have to be asked for to get them once more.</summary>
internal sealed class PipelineOrders(IDbContextFactory<RegistryDbContext> registry)
{
    /// <summary>
    /// The body of <c>POST /pipelines</c> that trains what the newest pipeline of a run trained, with its options, on the rows of now.
    /// </summary>
    /// <exception cref="ConflictException">No pipeline has the run any more.</exception>
    public async Task<JsonElement> OfAsync(RunId run, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var pipeline = await db.Pipelines.AsNoTracking().Include(p => p.Runs)
            .Where(p => p.Runs.Any(r => r.RunId == run))
            .OrderByDescending(p => p.Sequence)
            .FirstOrDefaultAsync(cancellation)
            ?? throw new ConflictException($"No pipeline has run {run} any more: nothing says how it is to be trained again.");
        var config = await db.Datasets.Where(d => d.ConfigHash == pipeline.ConfigHash).Select(d => d.Config).SingleAsync(cancellation);
        var ids = pipeline.Runs.ConvertAll(r => r.RunId);
        var runs = await db.Runs.Where(r => ids.Contains(r.RunId)).Select(r => new { r.ModelType, r.Params }).ToListAsync(cancellation);

        // Of whom an ENSEMBLE is made is told by the other runs.
        var training = runs.Where(r => !ForecasterCatalog.IsEnsemble(r.ModelType))
            .Select(r => KeyValuePair.Create(r.ModelType, JsonNode.Parse(r.Params)));
        return JsonSerializer.SerializeToElement(new JsonObject
        {
            ["dataset"] = pipeline.Dataset.Value,
            ["identifier"] = pipeline.Identifier.Value,
            ["model_types"] = JsonNode.Parse(pipeline.ExpectedModelTypes),
            ["preprocessing"] = PreprocessConfigParser.OptionsOf(JsonNode.Parse(config)!.AsObject()),
            ["training"] = new JsonObject(training),
            ["evaluation"] = JsonNode.Parse(pipeline.Evaluation),
        });
    }
}
