using System.Text.Json.Nodes;
using FLTS.Modules.Registry.Attempts;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Registry.Ledger;

/// <summary>The champion in force, the earlier one to go back to, and the run of that.</summary>
internal sealed record RollbackInput(ChampionRow Current, ChampionRow Target, RunRow Run)
{
    /// <summary>What the attempt is about.</summary>
    public AttemptSubject Subject => new(
        Target.ConfigHash,
        Current.Identifier,
        null,
        Current.Sequence,
        new JsonArray(Target.RunId.Value).ToJsonString(),
        "{}");
}
