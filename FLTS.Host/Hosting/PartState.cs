namespace FLTS.Host.Hosting;

/// <summary>State of a part for <c>/readyz</c>.</summary>
internal sealed record PartState(string State, string? Reason);
