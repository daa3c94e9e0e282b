using System.Diagnostics.Metrics;
using System.Text.Json;
using FLTS.Modules.Registry.Ledger;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Registry;

/// <summary>
/// What is in force and how the newest trainings stand, read from the rows at each scrape: true after a restart and a rollback.
/// </summary>
internal sealed partial class RegistryGauges
{
    /// <summary>Each identifier is a series.</summary>
    private const int MostIdentifiers = 1000;

    private readonly IDbContextFactory<RegistryDbContext> _registry;
    private readonly ILogger<RegistryGauges> _logger;

    public RegistryGauges(IDbContextFactory<RegistryDbContext> registry, IMeterFactory meters, ILogger<RegistryGauges> logger)
    {
        (_registry, _logger) = (registry, logger);
        var meter = meters.Create(FltsTelemetry.MeterOf("Registry"));
        meter.CreateObservableGauge("flts_champion_info", () => Read(Champions), description: "1 for the model in force of an identifier.");
        meter.CreateObservableGauge(
            "flts_promotion_score", () => Read(Scores), description: "Score with which the model in force of an identifier was promoted.");
        meter.CreateObservableGauge(
            "flts_training_epoch_loss", () => Read(Losses), description: "Loss of the last epoch of the newest training of a model type.");
    }

    /// <summary>A database that is away leaves its gauges out; everything else is still told.</summary>
    private List<Measurement<T>> Read<T>(Func<RegistryDbContext, IEnumerable<Measurement<T>>> read)
        where T : struct
    {
        try
        {
            using var db = _registry.CreateDbContext();
            return [.. read(db)];
        }
        catch (Exception e)
        {
            LogUnread(_logger, e.Message);
            return [];
        }
    }

    private List<ChampionRow> InForce(RegistryDbContext db)
    {
        var rows = db.ChampionsInForce().OrderBy(c => c.Identifier).Take(MostIdentifiers + 1).ToList();
        if (rows.Count > MostIdentifiers)
            LogTooMany(_logger, MostIdentifiers);
        return rows.Count > MostIdentifiers ? rows[..MostIdentifiers] : rows;
    }

    private IEnumerable<Measurement<int>> Champions(RegistryDbContext db) => InForce(db).Select(c => new Measurement<int>(
        1,
        new("identifier", c.Identifier.Value),
        new("model_type", c.ModelType),
        new("run_id", c.RunId.Value),
        new("config_hash", c.ConfigHash.Value),
        new("version", c.Version)));

    private IEnumerable<Measurement<double>> Scores(RegistryDbContext db) =>
        from champion in InForce(db)
        let score = JsonSerializer.Deserialize<PromotionPointer>(champion.Pointer, RegistryJson.Options)!.Score
        where score is not null
        select new Measurement<double>(
            score.Value, new("identifier", champion.Identifier.Value), new("model_type", champion.ModelType));

    private static IEnumerable<Measurement<double>> Losses(RegistryDbContext db)
    {
        foreach (var type in ForecasterCatalog.All.Select(f => f.ModelType))
        {
            var last = db.Runs.AsNoTracking()
                .Where(r => r.ModelType == type && r.StartedAt != null)
                .OrderByDescending(r => r.StartedAt)
                .SelectMany(r => db.RunEpochs.Where(e => e.RunId == r.RunId).OrderByDescending(e => e.Epoch).Take(1))
                .FirstOrDefault();
            if (last is null)
                continue;

            yield return new(last.TrainLoss, new("model_type", type), new("split", "train"));
            if (last.ValLoss is { } loss)
                yield return new(loss, new("model_type", type), new("split", "validation"));
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Gauges cannot be read from the database now: {reason}")]
    private static partial void LogUnread(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Gauges tell of the first {most} identifiers only; there are more.")]
    private static partial void LogTooMany(ILogger logger, int most);
}
