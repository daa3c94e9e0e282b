using System.Text.Json.Serialization;

namespace FLTS.Modules.Registry.Ledger;

/// <summary>A run beside the champion, as <c>POST</c> and <c>DELETE /runs/{run_id}/shadow</c> answer it.</summary>
/// <param name="Identifier">The station.</param>
/// <param name="RunId">The run.</param>
/// <param name="ModelType">Its type.</param>
/// <param name="ChampionRunId">The run in force that it stands beside; null: none is.</param>
/// <param name="Since">Since when; null where nothing was stored (<c>dry_run</c>).</param>
/// <param name="Until">When it ended; null: it stands.</param>
/// <param name="Location">Where its errors are shown beside the champion's.</param>
internal sealed record ShadowView(
    Identifier Identifier,
    RunId RunId,
    string ModelType,
    RunId? ChampionRunId,
    DateTimeOffset? Since,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? Until,
    string Location);
