using System.Text.Json;
using FLTS.Modules.Evaluation.Promotion;
using FLTS.Modules.Pipeline;
using FLTS.Modules.Pipeline.Retention;
using FLTS.Modules.Registry.Artifacts;
using FLTS.Modules.Registry.Ledger;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace FLTS.Tests.Pipeline;

/// <summary>What is pruned, on the real modules, after days that a test lets pass in the rows.</summary>
internal static class RetentionRig
{
    /// <summary>Nothing is kept for being among the best.</summary>
    public static readonly RetentionOptions Options = new() { Enabled = true, BestRuns = 0 };

    public static Task<RegistryUnderTest> StartAsync(Stack stack, Action<IServiceCollection>? more = null) =>
        PipelineUnderTest.StartAsync(stack, services =>
        {
            services.AddSingleton(Options);
            more?.Invoke(services);
        });

    /// <summary>A pipeline of two models, of which one is in force.</summary>
    public static async Task<(StartedPipeline Pipeline, RunRow Champion, RunRow Other)> PromotedAsync(
        this RegistryUnderTest registry, string request = """{"dataset": "station"}""")
    {
        var started = await registry.StartPipelineAsync(request);
        await registry.WorkAsync();
        await registry.RunStepAsync(StepNames.Evaluate, started.PipelineId.Value);
        var champion = await registry.UseAsync(db =>
            db.Champions.Where(c => c.Identifier == started.Identifier)
                .OrderByDescending(c => c.Version)
                .Select(c => c.RunId)
                .FirstAsync());
        var runs = new[] { await registry.RunOfAsync(started.PipelineId), await registry.RunOfAsync(started.PipelineId, "EWMA") };
        return (started, runs.Single(r => r.RunId == champion), runs.Single(r => r.RunId != champion));
    }

    /// <summary>Days pass: every time that counts lies further back.</summary>
    public static Task<int> PassAsync(this RegistryUnderTest registry, double days) => registry.UseAsync(async db =>
    {
        // Not for SQL: SQLite keeps ticks.
        var span = TimeSpan.FromDays(days);
        foreach (var run in await db.Runs.Where(r => r.EndedAt != null).ToListAsync())
            run.EndedAt -= span;
        foreach (var data in await db.Datasets.ToListAsync())
            (data.EndedAt, data.CreatedAt) = (data.EndedAt - span, data.CreatedAt - span);
        foreach (var source in await db.Sources.ToListAsync())
            source.RegisteredAt -= span;
        foreach (var mark in await db.RetentionMarks.ToListAsync())
            mark.Since -= span;
        return await db.SaveChangesAsync();
    });

    public static Task LookAsync(this RegistryUnderTest registry) => registry.Get<RetentionService>().LookAsync(default);

    /// <summary>Falls out of use, and its grace passes.</summary>
    public static async Task PruneAsync(this RegistryUnderTest registry)
    {
        await registry.PassAsync(31);
        await registry.LookAsync();
        await registry.PassAsync(8);
        await registry.LookAsync();
    }

    public static async Task<List<string>> ObjectsAsync(this RegistryUnderTest registry, ObjectKey prefix)
    {
        var found = new List<string>();
        await foreach (var item in registry.Store.ListAsync(prefix.Bucket, prefix.Key, default))
            found.Add(item.Key.Key);
        return found;
    }

    public static Task<List<RetentionMarkRow>> MarksAsync(this RegistryUnderTest registry) =>
        registry.UseAsync(db => db.RetentionMarks.AsNoTracking().ToListAsync());

    /// <summary>Everything that is in force, or is called a model, is one: its files are there, whole.</summary>
    public static async Task ModelsLoadAsync(this RegistryUnderTest registry)
    {
        var inForce = await registry.UseAsync(db => db.Champions.Select(c => c.RunId).ToListAsync());
        var taken = (await registry.MarksAsync()).Where(m => m.TakenAt is not null).Select(m => m.Id).ToHashSet();
        var runs = await registry.UseAsync(db => db.Runs.AsNoTracking().ToListAsync());
        foreach (var run in runs.Where(r =>
            inForce.Contains(r.RunId) || (r.Status == RunStatus.Succeeded && !taken.Contains(r.RunId.Value))))
        {
            using var model = await registry.Get<ModelLoader>()
                .LoadAsync(run.RunId, run.Attempt, run.ManifestSha256!, ArtifactSource.Store, default);
        }
    }

    public static Task<PromoteAnswer> PromoteAsync(this RegistryUnderTest registry, object body) => registry.Get<PromoteService>()
        .PromoteAsync(PromoteRequest.Parse(JsonSerializer.SerializeToElement(body)), null, default);
}
