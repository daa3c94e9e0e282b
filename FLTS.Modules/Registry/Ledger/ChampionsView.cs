namespace FLTS.Modules.Registry.Ledger;

/// <summary>The model in force (or then), and every one there was.</summary>
internal sealed record ChampionsView(Identifier Identifier, ChampionView? InForce, IReadOnlyList<ChampionView> History);
