using FLTS.Modules.Registry.Datasets;
using FLTS.Modules.Registry.Ledger;
using FLTS.Modules.Registry.Pipelines;
using FLTS.Modules.Registry.Sources;

namespace FLTS.Modules.Page.Reading;

/// <summary>What the pages show, out of the registry's own views.</summary>
internal sealed class PageReader(
    StationReader stations,
    StationScores scores,
    LedgerReader ledger,
    PipelineReader pipelines,
    DatasetReader datasets,
    ISourceCatalog sources,
    TimeProvider time)
{
    /// <summary>Stations of one page.</summary>
    public const int PageSize = 50;

    private const int MostPipelinesOfStation = 5, PipelinesOfPage = 30;

    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>Those that do worst beside their best reference come first, those without a champion before them.</summary>
    /// <param name="search">Part of the identifier; null: all.</param>
    /// <param name="page">From 1.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<StationsModel> StationsAsync(string? search, int page, CancellationToken cancellation)
    {
        var all = await stations.AllAsync(cancellation);
        var found = string.IsNullOrWhiteSpace(search)
            ? all
            : [.. all.Where(s => s.Identifier.Value.Contains(search.Trim(), StringComparison.OrdinalIgnoreCase))];
        var scored = await scores.OfAsync(found, cancellation);
        var lines = found
            .Select(s => new StationLine(s, scored.GetValueOrDefault(s.Identifier)))
            .OrderBy(l => l.Station.InForce is null ? 0 : 1)
            .ThenBy(l => l.Score?.Better ?? double.MaxValue)
            .ToList();
        var last = Math.Max(1, (lines.Count + PageSize - 1) / PageSize);
        var shown = Math.Clamp(page, 1, last);
        return new StationsModel(
            [.. lines.Skip((shown - 1) * PageSize).Take(PageSize)], search, lines.Count, all.Count, shown, last, Now);
    }

    /// <exception cref="NotFoundException">Nothing of that name was ever started.</exception>
    public async Task<StationModel> StationAsync(Identifier identifier, CancellationToken cancellation)
    {
        var started = await pipelines.ListAsync(identifier, MostPipelinesOfStation, null, cancellation);
        var champions = await ChampionsAsync(identifier, cancellation);
        if (champions is null && started.Items.Count == 0)
            throw new NotFoundException($"Nothing is forecast under '{identifier}': no pipeline of that identifier was ever started.");

        var inForce = champions?.InForce;
        return new StationModel(
            identifier,
            champions,
            inForce is null ? null : await datasets.SourceOfAsync(inForce.ConfigHash, cancellation),
            inForce is null ? null : await BoardAsync(inForce.ConfigHash.Value, cancellation),
            started.Items,
            Now);
    }

    public async Task<PipelinesModel> PipelinesAsync(Identifier? identifier, Cursor? cursor, CancellationToken cancellation)
    {
        var page = await pipelines.ListAsync(identifier, PipelinesOfPage, cursor, cancellation);
        return new PipelinesModel(page.Items, page.Next, Now);
    }

    /// <exception cref="NotFoundException">No such pipeline.</exception>
    public async Task<PipelineModel> PipelineAsync(string id, CancellationToken cancellation)
    {
        var pipeline = await pipelines.FindAsync(id, cancellation);
        return new PipelineModel(pipeline, await BoardAsync(pipeline.PipelineId.Value, cancellation), Now);
    }

    public Task<Page<DatasetView>> DatasetsAsync(string? cursor, CancellationToken cancellation) =>
        datasets.ListAsync(sources, PageSize, cursor is not null && DatasetNames.IsName(cursor) ? cursor : null, cancellation);

    /// <exception cref="NotFoundException">No such dataset.</exception>
    public Task CheckDatasetAsync(DatasetName name, CancellationToken cancellation) => sources.GetAsync(name, cancellation);

    private async Task<ChampionsView?> ChampionsAsync(Identifier identifier, CancellationToken cancellation)
    {
        try
        {
            return await ledger.ChampionAsync(identifier, null, cancellation);
        }
        catch (NotFoundException)
        {
            return null;
        }
    }

    private async Task<Board?> BoardAsync(string id, CancellationToken cancellation)
    {
        try
        {
            return Board.Read(await ledger.ScoreboardAsync(id, cancellation));
        }
        catch (NotFoundException)
        {
            return null;
        }
    }
}

/// <summary>A line of the list of stations.</summary>
internal sealed record StationLine(StationView Station, StationScore? Score);

/// <param name="Lines">Of this page.</param>
/// <param name="Search">What was looked for.</param>
/// <param name="Found">How many were found.</param>
/// <param name="Known">How many there are.</param>
/// <param name="Page">This one.</param>
/// <param name="LastPage">The last one.</param>
/// <param name="Now">When it was read.</param>
internal sealed record StationsModel(
    IReadOnlyList<StationLine> Lines, string? Search, int Found, int Known, int Page, int LastPage, DateTimeOffset Now);

/// <summary>A station with its champions, the data and the scoreboard of the one in force, and its newest pipelines.</summary>
internal sealed record StationModel(
    Identifier Identifier,
    ChampionsView? Champions,
    DatasetName? Dataset,
    Board? Board,
    IReadOnlyList<PipelineView> Pipelines,
    DateTimeOffset Now);

internal sealed record PipelinesModel(IReadOnlyList<PipelineView> Items, string? Next, DateTimeOffset Now);

internal sealed record PipelineModel(PipelineView Pipeline, Board? Board, DateTimeOffset Now);
