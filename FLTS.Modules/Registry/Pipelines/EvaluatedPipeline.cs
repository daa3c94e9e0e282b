using FLTS.Modules.Registry.Steps;

namespace FLTS.Modules.Registry.Pipelines;

/// <summary>A pipeline as it was evaluated.</summary>
/// <param name="Lease">Held by the evaluator.</param>
/// <param name="Revision">Of the runs that were evaluated: with others by now, the pipeline waits for those.</param>
/// <param name="HasChampion">Whether one was in force then.</param>
internal sealed record EvaluatedPipeline(Lease Lease, int Revision, bool HasChampion);
