namespace FLTS.Host.Cli;

/// <summary>What <c>doctor</c> found out about one part.</summary>
internal sealed record Finding(string Part, bool Ok, string Detail, string? Remedy);
