using System.Text.Json.Nodes;

namespace FLTS.Modules.Registry.Ledger;

/// <summary>Answer of <c>POST /promote</c>.</summary>
internal sealed record PromoteAnswer(AttemptView Attempt, [property: Shape(typeof(ScoreboardShape))] JsonNode? Scoreboard, bool DryRun);
