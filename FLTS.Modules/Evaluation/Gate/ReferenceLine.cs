namespace FLTS.Modules.Evaluation.Gate;

/// <summary>A reference's line and its decisive score; null: it could not be scored.</summary>
internal sealed record ReferenceLine(string ModelType, double? Score);
