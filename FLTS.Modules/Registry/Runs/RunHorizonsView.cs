using System.Text.Json.Nodes;

namespace FLTS.Modules.Registry.Runs;

/// <summary>How a run was judged at every lead, by its newest scoreboard: numbers as on the scoreboard.</summary>
/// <param name="RunId">The run.</param>
/// <param name="ScoreboardId">Where it was judged.</param>
/// <param name="Leads">Errors and coverage at the knots.</param>
/// <param name="Bands">The same over bands of leads.</param>
/// <param name="NotJudged">Bands that could not be judged, with the reason; null: all could.</param>
internal sealed record RunHorizonsView(
    RunId RunId,
    ScoreboardId ScoreboardId,
    [property: Shape(typeof(IReadOnlyList<LeadShape>))] JsonNode Leads,
    [property: Shape(typeof(IReadOnlyList<BandShape>))] JsonNode Bands,
    [property: Shape(typeof(IReadOnlyDictionary<string, string>))] JsonNode? NotJudged);
