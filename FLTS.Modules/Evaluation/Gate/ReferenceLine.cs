namespace FLTS.Modules.Evaluation.Gate;

/// <summary>A reference's line; null: it could not be scored.</summary>
internal sealed record ReferenceLine(string ModelType, double? Score);
