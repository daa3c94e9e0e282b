namespace FLTS.Modules.Registry.Ledger;

/// <summary>The model in force (or then), and every one there was.</summary>
internal sealed record ChampionsView(Identifier Identifier, ChampionView? InForce, IReadOnlyList<ChampionView> History)
    : IHasActions<ChampionsView>
{
    /// <summary>What the caller may do with it now: its role allows it, and its state does not forbid it.</summary>
    public IReadOnlyList<string> AllowedActions { get; init; } = [];

    public IEnumerable<ResourceAction> PossibleActions()
    {
        if (History.Count > 0)
            yield return new("promote", "Promote");
        if (History.Select(h => h.RunId).Distinct().Count() > 1)
            yield return new("rollback", "RollBackChampion");
    }

    public ChampionsView WithActions(IReadOnlyList<string> allowed) => this with { AllowedActions = allowed };
}
