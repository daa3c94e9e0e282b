using FLTS.Modules.Registry.Datasets;
using FLTS.Modules.Registry.Ledger;
using FLTS.Modules.Registry.Pipelines;

namespace FLTS.Modules.Page.Reading;

/// <summary>What the pages of stations show, out of the registry's own views.</summary>
internal sealed class StationPages(
    StationReader stations,
    StationScores scores,
    StationWatch watch,
    LedgerReader ledger,
    PipelineReader pipelines,
    DatasetReader datasets,
    Boards boards)
{
    /// <summary>Stations of one page.</summary>
    public const int PageSize = 50;

    private const int MostPipelinesOfStation = 5;

    /// <summary>
    /// Those without a champion come first, then those of which something was noticed in the newest day, then by error beside a simple
    /// forecast's: the live one where it is known, else that of the test part.
    /// </summary>
    /// <param name="search">Part of the identifier; null: all.</param>
    /// <param name="page">From 1.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<StationsModel> AllAsync(string? search, int page, DateTimeOffset now, CancellationToken cancellation)
    {
        var all = await stations.AllAsync(cancellation);
        var found = string.IsNullOrWhiteSpace(search)
            ? all
            : [.. all.Where(s => s.Identifier.Value.Contains(search.Trim(), StringComparison.OrdinalIgnoreCase))];
        var scored = await scores.OfAsync(found, cancellation);
        var health = await watch.AllAsync(cancellation);
        var lines = found
            .Select(s => new StationLine(s, scored.GetValueOrDefault(s.Identifier), health.GetValueOrDefault(s.Identifier)))
            .OrderBy(l => l.Station.InForce is null ? 0 : 1)
            .ThenBy(l => l.Health?.Alarms is { } alarms && now - alarms.At < TimeSpan.FromDays(1) ? 0 : 1)
            .ThenByDescending(l => l.Health?.Ratio ?? 1 - l.Score?.Better ?? double.MinValue)
            .ToList();
        var last = Math.Max(1, (lines.Count + PageSize - 1) / PageSize);
        var shown = Math.Clamp(page, 1, last);
        return new StationsModel(
            [.. lines.Skip((shown - 1) * PageSize).Take(PageSize)], search, lines.Count, all.Count, shown, last, now);
    }

    /// <exception cref="NotFoundException">Nothing of that name was ever started.</exception>
    public async Task<StationModel> OfAsync(Identifier identifier, DateTimeOffset now, CancellationToken cancellation)
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
            inForce is null ? null : await boards.FindAsync(inForce.ConfigHash.Value, cancellation),
            started.Items,
            await watch.OfAsync(identifier, cancellation),
            now)
        {
            Reasons = inForce is null ? null : await ledger.ReasonsAsync(identifier, cancellation),
        };
    }

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
}

/// <summary>A line of the list of stations.</summary>
internal sealed record StationLine(StationView Station, StationScore? Score, StationHealth? Health);

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
    WatchModel Watch,
    DateTimeOffset Now)
{
    /// <summary>Columns that are forecast.</summary>
    public IReadOnlyList<string> Targets => [.. Board?.TargetWeights?.Keys ?? []];

    /// <summary>Why its champions were put in force; null: there was none.</summary>
    public LedgerReasons? Reasons { get; init; }

    /// <summary>What its chart shows at first; null: that is not at hand.</summary>
    public ChartValues? Chart { get; init; }
}
