using System.Text.Json.Nodes;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Sources;

/// <summary>The options stored with datasets: every read and change of their rows.</summary>
internal static class StoredOptions
{
    /// <summary>The options of a dataset; none where none are stored.</summary>
    public static async Task<SourceOptions> OfAsync(RegistryDbContext db, DatasetName name, CancellationToken cancellation)
    {
        var row = await db.SourceOptions.AsNoTracking().FirstOrDefaultAsync(o => o.Name == name, cancellation);
        return row is null ? SourceOptions.None : SourceOptions.Parse(JsonNode.Parse(row.Options)!.AsObject());
    }

    /// <summary>Puts options in the place of those that are stored. Part of the caller's transaction.</summary>
    public static async Task SetAsync(
        RegistryDbContext db, DatasetName name, SourceOptions options, DateTimeOffset now, CancellationToken cancellation)
    {
        var row = new SourceOptionsRow { Name = name, Options = options.Json, ChangedAt = now };
        if (!await db.InsertIfAbsentAsync(row, cancellation))
            await db.SourceOptions.Where(o => o.Name == name).ExecuteUpdateAsync(
                set => set.SetProperty(o => o.Options, row.Options).SetProperty(o => o.ChangedAt, now), cancellation);
    }
}
