using System.Globalization;
using System.Text.Json;
using FLTS.Modules.Registry.Live;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Registry;

/// <summary>
/// What is in force and how the newest trainings stand, read from the rows at each scrape: true after a restart and a rollback.
/// </summary>
internal sealed partial class RegistryGauges(
    IDbContextFactory<RegistryDbContext> registry, LiveReader live, IStartupGate gate, ILogger<RegistryGauges> logger) : IRowGauges
{
    /// <summary>Each identifier is a series.</summary>
    private const int MostIdentifiers = 1000;

    /// <summary>Identifiers of a gauge that tells of the worst.</summary>
    private const int MostWorst = 50;

    public async Task<IReadOnlyList<RowGauge>> ReadAsync(CancellationToken cancellation)
    {
        List<ChampionRow> champions = [];
        List<(string ModelType, RunEpochRow Epoch)> epochs = [];
        (IReadOnlyList<LiveStationRow> ByRatio, IReadOnlyList<LiveStationRow> ByCoverage) worst = ([], []);
        try
        {
            // Before it opens there may be no tables: an Error line a scrape.
            if (!gate.OpenedAsync(cancellation).IsCompletedSuccessfully)
                return Gauges(champions, epochs, worst);

            await using var db = await registry.CreateDbContextAsync(cancellation);
            champions = await InForceAsync(db, cancellation);
            epochs = await LastEpochsAsync(db, cancellation);
            worst = await live.WorstAsync(MostWorst, cancellation);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // A database that is away leaves its gauges without series; everything else is still told.
            LogUnread(logger, e.Message);
        }

        return Gauges(champions, epochs, worst);
    }

    private static IReadOnlyList<RowGauge> Gauges(
        List<ChampionRow> champions,
        List<(string ModelType, RunEpochRow Epoch)> epochs,
        (IReadOnlyList<LiveStationRow> ByRatio, IReadOnlyList<LiveStationRow> ByCoverage) worst) =>
    [
        new("flts_champion_info", "1 for the model in force of an identifier.", [.. champions.Select(Info)]),
        new("flts_promotion_score", "Score with which the model in force was promoted.", [.. champions.SelectMany(Score)]),
        new("flts_training_epoch_loss", "Loss of the last epoch of the newest training of a type.", [.. epochs.SelectMany(Losses)]),
        new(
            "flts_live_error_ratio",
            "Mean absolute error of the model in force over EWMA's, one step ahead, in the newest 24 hours: the 50 highest.",
            [.. worst.ByRatio.Select(s => (Named(s), s.Ratio!.Value))]),
        new(
            "flts_live_coverage",
            "Share of the truths inside the model in force's intervals of 80 percent in these hours: the 50 farthest from 0.8.",
            [.. worst.ByCoverage.Select(s => (Named(s), s.Coverage!.Value))]),
    ];

    private static IReadOnlyList<(string Label, string Value)> Named(LiveStationRow station) => [("identifier", station.Identifier.Value)];

    private async Task<List<ChampionRow>> InForceAsync(RegistryDbContext db, CancellationToken cancellation)
    {
        var rows = await db.ChampionsInForce().OrderBy(c => c.Identifier).Take(MostIdentifiers + 1).ToListAsync(cancellation);
        if (rows.Count <= MostIdentifiers)
            return rows;

        LogTooMany(logger, MostIdentifiers);
        return rows[..MostIdentifiers];
    }

    private static async Task<List<(string ModelType, RunEpochRow Epoch)>> LastEpochsAsync(
        RegistryDbContext db, CancellationToken cancellation)
    {
        var epochs = new List<(string, RunEpochRow)>();
        foreach (var type in ForecasterCatalog.All.Select(f => f.ModelType))
        {
            // The rows of epochs belong to a run's present attempt: they are deleted when another begins.
            var newest = db.Runs.AsNoTracking().Where(r => r.ModelType == type && r.StartedAt != null && r.Epoch != null)
                .OrderByDescending(r => r.StartedAt)
                .Select(r => r.RunId)
                .Take(1);
            var last = await db.RunEpochs.AsNoTracking().Where(e => newest.Contains(e.RunId))
                .OrderByDescending(e => e.Epoch)
                .FirstOrDefaultAsync(cancellation);
            if (last is not null)
                epochs.Add((type, last));
        }

        return epochs;
    }

    private static (IReadOnlyList<(string Label, string Value)> Labels, double Value) Info(ChampionRow champion) =>
    (
        [
            ("identifier", champion.Identifier.Value), ("model_type", champion.ModelType), ("run_id", champion.RunId.Value),
            ("config_hash", champion.ConfigHash.Value), ("version", champion.Version.ToString(CultureInfo.InvariantCulture)),
        ],
        1);

    private static IEnumerable<(IReadOnlyList<(string Label, string Value)> Labels, double Value)> Score(ChampionRow champion)
    {
        if (JsonSerializer.Deserialize<PromotionPointer>(champion.Pointer, RegistryJson.Options)?.Score is { } score)
            yield return ([("identifier", champion.Identifier.Value), ("model_type", champion.ModelType)], score);
    }

    private static IEnumerable<(IReadOnlyList<(string Label, string Value)> Labels, double Value)> Losses(
        (string ModelType, RunEpochRow Epoch) last)
    {
        yield return ([("model_type", last.ModelType), ("split", "train")], last.Epoch.TrainLoss);
        if (last.Epoch.ValLoss is { } loss)
            yield return ([("model_type", last.ModelType), ("split", "validation")], loss);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Gauges cannot be read from the database now: {reason}")]
    private static partial void LogUnread(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Gauges tell of the first {most} identifiers only; there are more.")]
    private static partial void LogTooMany(ILogger logger, int most);
}
