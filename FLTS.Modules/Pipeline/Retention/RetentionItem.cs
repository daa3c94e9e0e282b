using System.Text.Json.Serialization;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Pipeline.Retention;

/// <summary>What is to be done with something that is out of use, or that will be when its span has passed.</summary>
/// <param name="Kind"><c>run</c>, <c>data</c>, <c>source</c>; <c>epochs</c>: of a run, thinned.</param>
/// <param name="Id">Run id, <c>config_hash</c>, or SHA-256 of a source.</param>
/// <param name="Identifier">Whose it is; of a source the dataset's name.</param>
/// <param name="Bytes">As the rows know it; null where they do not.</param>
/// <param name="Reason">Why it is not kept, in a sentence.</param>
/// <param name="UnusedSince">When its span ends: nothing keeps it from then on.</param>
internal sealed record RetentionItem(
    string Kind, string Id, string Identifier, long? Bytes, string Reason, DateTimeOffset UnusedSince)
{
    /// <summary>What is marked when it falls out of use; null: its time alone decides.</summary>
    [JsonIgnore]
    public (RetentionKind Kind, string Id)? Mark { get; init; }

    /// <summary>When it was seen to be out of use; null: not yet.</summary>
    public DateTimeOffset? MarkedAt { get; init; }

    /// <summary>When it is pruned unless it is used before.</summary>
    public DateTimeOffset PruneAt { get; init; }

    /// <summary>Whether its removal has begun: nothing stops that any more.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Begun { get; init; }
}

/// <summary>What <c>GET /retention/plan</c> answers.</summary>
/// <param name="Enabled">False: nothing of it is done (<c>Retention:Enabled</c>).</param>
/// <param name="Totals">Of the whole plan, by kind.</param>
/// <param name="Items">A page of it, in the order in which things fall out of use.</param>
/// <param name="Next">The cursor of the next page.</param>
internal sealed record RetentionPlanView(
    bool Enabled, IReadOnlyList<RetentionTotal> Totals, IReadOnlyList<RetentionItem> Items, string? Next);

/// <summary>How much of a kind there is, and how much of that is out of use already.</summary>
internal sealed record RetentionTotal(string Kind, int Items, long Bytes, int UnusedNow, long BytesUnusedNow);
