namespace FLTS.Modules.Registry.Ledger;

/// <summary>A line of the ledger; <paramref name="Until"/> is null for the one in force.</summary>
internal sealed record ChampionView(
    int Version, string RunId, string ModelType, string ConfigHash, DateTimeOffset Since, DateTimeOffset? Until, string AttemptId);
