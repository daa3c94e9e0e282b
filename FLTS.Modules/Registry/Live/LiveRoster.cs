using System.Text.Json;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Registry.Live;

/// <summary>Who is to be scored live, and as what.</summary>
/// <param name="Version">Line of the ledger that is in force.</param>
/// <param name="Dataset">Whose rows are the truth.</param>
/// <param name="Members">The champion first.</param>
internal sealed record LiveRoster(int Version, DatasetName Dataset, IReadOnlyList<LiveMember> Members)
{
    /// <summary>The model in force.</summary>
    public LiveMember Champion => Members[0];
}

/// <summary>A model in a role.</summary>
/// <param name="Role">As what.</param>
/// <param name="RunId">The run that made it; of a reference the champion's.</param>
/// <param name="Reference">Name of the reference; null: the run's own model.</param>
internal sealed record LiveMember(LiveRole Role, RunId RunId, string? Reference)
{
    /// <summary>See <see cref="LiveModelRow.ModelOf"/>.</summary>
    public string Model => LiveModelRow.ModelOf(RunId, Reference);
}

/// <summary>A model that gets a role.</summary>
/// <param name="Member">Which, and what.</param>
/// <param name="DataEnd">The newest row that it, or the champion, was trained or judged on.</param>
/// <param name="Leads">See <see cref="LiveModelRow.Leads"/>.</param>
/// <param name="Targets">See <see cref="LiveModelRow.Targets"/>.</param>
/// <param name="Reason">Why it is not scored, in a sentence; null: it is.</param>
internal sealed record LiveEntry(
    LiveMember Member, DateTimeOffset DataEnd, IReadOnlyList<int> Leads, IReadOnlyList<string> Targets, string? Reason)
{
    /// <summary>From the newest scored row on, at first from the end of the data; never what it was trained or judged on.</summary>
    public LiveModelRow ToRow(Identifier identifier, DateTimeOffset? scoredTo) => new()
    {
        Identifier = identifier,
        Model = Member.Model,
        Role = Member.Role,
        FromTs = scoredTo > DataEnd ? scoredTo.Value : DataEnd,
        RunId = Member.RunId,
        Reference = Member.Reference,
        Leads = JsonSerializer.Serialize(Leads),
        Targets = JsonSerializer.Serialize(Targets),
        Reason = Reason,
    };
}
