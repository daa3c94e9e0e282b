using System.Text.Json.Nodes;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Sources;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Datasets;

/// <summary>Reads datasets.</summary>
internal sealed class DatasetReader(IDbContextFactory<RegistryDbContext> registry)
{
    /// <summary>The source that processed data came from; null where this registry does not know the data.</summary>
    public async Task<DatasetName?> SourceOfAsync(ConfigHash configHash, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.Datasets
            .Where(d => d.ConfigHash == configHash)
            .Select(d => (DatasetName?)d.SourceName)
            .FirstOrDefaultAsync(cancellation);
    }

    /// <summary>What was left out of the files when data was prepared: sentences.</summary>
    public async Task<IReadOnlyList<string>> LeftOutOfAsync(ConfigHash configHash, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var report = await db.Datasets.Where(d => d.ConfigHash == configHash).Select(d => d.Report).FirstOrDefaultAsync(cancellation);
        var leftOut = report is null ? null : JsonNode.Parse(report)?["left_out"]?.AsArray();
        return [.. (leftOut ?? []).Select(w => w!.ToString())];
    }

    /// <summary>Datasets by name: those that were used, and those that are offered.</summary>
    /// <param name="sources">Knows what is offered.</param>
    /// <param name="limit">Most items of the page.</param>
    /// <param name="cursor">Name the page before ended with; null: the first page.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<Page<DatasetView>> ListAsync(ISourceCatalog sources, int limit, string? cursor, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var rows = await db.Sources.AsNoTracking().Where(s => s.MadeOf == null).ToListAsync(cancellation);
        var views = rows.Where(r => r.Part == "train").GroupBy(r => r.Name).Select(g =>
        {
            var newest = g.MaxBy(r => r.Version)!;
            var test = rows.Where(r => r.Part == "test" && r.Name == g.Key).MaxBy(r => r.Version);
            var size = newest.Size + (test?.Size ?? 0);
            return new DatasetView(g.Key, null, newest.Sha256, test?.Sha256, size, g.Count(), newest.RegisteredAt);
        }).ToList();

        // Offered, but not used yet: known by name only.
        var offered = (await sources.NamesAsync(cancellation))
            .Except(views.Select(v => v.Name))
            .Select(n => new DatasetView(n, null, null, null, null, 0, null));
        var series = await SeriesAsync(db, views, sources, cancellation);
        DatasetView[] page =
        [
            .. views.Concat(offered).Concat(series)
                .OrderBy(v => v.Name.Value, StringComparer.Ordinal)
                .SkipWhile(v => cursor is not null && string.CompareOrdinal(v.Name.Value, cursor) <= 0)
                .Take(limit + 1),
        ];
        return page.Length > limit ? new Page<DatasetView>(page[..limit], page[limit - 1].Name.Value) : new Page<DatasetView>(page, null);
    }

    /// <summary>The series that files hold which hold several, each as a dataset.</summary>
    private static async Task<List<DatasetView>> SeriesAsync(
        RegistryDbContext db, IReadOnlyCollection<DatasetView> views, ISourceCatalog sources, CancellationToken cancellation)
    {
        var found = new List<DatasetView>();
        var names = await db.SourceOptions.AsNoTracking().Select(o => o.Name).ToListAsync(cancellation);
        foreach (var view in views.Where(v => names.Contains(v.Name)))
        {
            try
            {
                if (await sources.NewestAsync(view.Name, cancellation) is { Options.HoldSeries: true } files)
                    found.AddRange((await sources.SeriesAsync(files, cancellation)).Named
                        .Where(s => views.All(v => v.Name != s.Name))
                        .Select(s => view with { Name = s.Name, SeriesOf = view.Name }));
            }
            catch (FltsException)
            {
                // A file that the folder brought since its options were stored may be of another form: whoever asks for it is told.
            }
        }

        return found;
    }
}
