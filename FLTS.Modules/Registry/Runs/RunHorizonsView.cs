using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace FLTS.Modules.Registry.Runs;

/// <summary>How a run was judged at every lead, by its newest scoreboard: numbers as on the scoreboard.</summary>
/// <param name="RunId">The run.</param>
/// <param name="ScoreboardId">Where it was judged.</param>
/// <param name="Leads">Errors and coverage at the knots.</param>
/// <param name="Bands">The same over bands of leads.</param>
/// <param name="NotJudged">Bands that could not be judged, with the reason; null: all could.</param>
/// <param name="Weights">Of an ENSEMBLE: of its members and references by lead, in the mean over targets; null: it is none.</param>
internal sealed record RunHorizonsView(
    RunId RunId,
    ScoreboardId ScoreboardId,
    JsonNode Leads,
    JsonNode Bands,
    JsonNode? NotJudged,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonNode? Weights = null);
