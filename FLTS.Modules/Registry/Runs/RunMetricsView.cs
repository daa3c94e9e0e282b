using System.Text.Json.Nodes;

namespace FLTS.Modules.Registry.Runs;

/// <summary>A run's epochs, and the evaluator's test metrics.</summary>
internal sealed record RunMetricsView(
    RunId RunId, IReadOnlyList<EpochView> Epochs, [property: Shape(typeof(IReadOnlyDictionary<string, double?>))] JsonNode? Test);
