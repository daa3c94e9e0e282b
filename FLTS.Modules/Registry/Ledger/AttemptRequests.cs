using System.Text.Json.Nodes;
using FLTS.Forecasting.Json;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Registry.Ledger;

/// <summary>
/// What was asked of an attempt by hand, and which attempt answered it. Attempts of before these had columns of their own keep both as
/// members of their
/// policy for ever (what has ended is not changed) and are read from there; the API shows both in the policy, whichever way they are kept.
/// </summary>
internal static class AttemptRequests
{
    private const string Request = "request";
    private const string AnsweredBy = "answered_by";

    /// <summary>What was asked, in canonical JSON; null where it was not by hand.</summary>
    public static string? RequestOf(PromotionAttemptRow attempt) =>
        attempt.Request ?? (Policy(attempt)[Request] is { } request ? CanonicalJson.Serialize(request) : null);

    /// <summary>The concluded attempt that answered; null where it was evaluated itself.</summary>
    public static AttemptId? AnsweredByOf(PromotionAttemptRow attempt) =>
        attempt.AnsweredBy ?? (Policy(attempt)[AnsweredBy]?.GetValue<string>() is { } id ? AttemptId.From(id) : null);

    /// <summary>The evaluation policy alone, in canonical JSON: what two attempts have in common that judge alike.</summary>
    public static string PolicyOf(PromotionAttemptRow attempt)
    {
        var policy = Policy(attempt);
        policy.Remove(Request);
        policy.Remove(AnsweredBy);
        return CanonicalJson.Serialize(policy);
    }

    /// <summary>The policy as the API shows it.</summary>
    public static JsonObject ShownPolicyOf(PromotionAttemptRow attempt)
    {
        var policy = Policy(attempt);
        if (attempt.Request is { } request)
            policy[Request] = JsonNode.Parse(request);
        if (attempt.AnsweredBy is { } answeredBy)
            policy[AnsweredBy] = answeredBy.Value;

        return policy;
    }

    private static JsonObject Policy(PromotionAttemptRow attempt) => JsonNode.Parse(attempt.Policy)!.AsObject();
}
