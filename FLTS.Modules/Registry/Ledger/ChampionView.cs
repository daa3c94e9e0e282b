namespace FLTS.Modules.Registry.Ledger;

/// <summary>A line of the ledger; <paramref name="Until"/> is null for the one in force.</summary>
internal sealed record ChampionView(
    int Version, RunId RunId, string ModelType, ConfigHash ConfigHash, DateTimeOffset Since, DateTimeOffset? Until, AttemptId AttemptId);
