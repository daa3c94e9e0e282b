using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Registry.Pipelines;

/// <summary>What posting a plan came to.</summary>
/// <param name="Pipeline">The pipeline.</param>
/// <param name="IsUnchanged">It was there, and there is nothing new to do.</param>
/// <param name="KnownRuns">Those of its runs that were there before.</param>
internal sealed record PostedPipeline(PipelineRow Pipeline, bool IsUnchanged, IReadOnlyList<RunRow> KnownRuns);
