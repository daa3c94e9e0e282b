namespace FLTS.Modules.Inference.Protocols;

/// <summary>An answer or a problem of a batch.</summary>
internal sealed record BatchItem(PredictAnswer? Answer, BatchProblem? Problem);

/// <summary>Why an item has no answer.</summary>
internal sealed record BatchProblem(int Status, string Detail);

/// <summary>Answers of a batch, in the order of its items.</summary>
internal sealed record BatchAnswer(IReadOnlyList<BatchItem> Items);
