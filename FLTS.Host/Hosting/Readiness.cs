namespace FLTS.Host.Hosting;

/// <summary>Answer of <c>/readyz</c>.</summary>
internal sealed record Readiness(string Status, IReadOnlyDictionary<string, PartState> Parts, IReadOnlyList<string> Degraded);
