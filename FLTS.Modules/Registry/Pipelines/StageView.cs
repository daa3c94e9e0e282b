namespace FLTS.Modules.Registry.Pipelines;

/// <summary>A stage: <c>waiting</c>, <c>running</c>, <c>blocked</c>, <c>done</c> or <c>failed</c>.</summary>
internal sealed record StageView(string Name, string Status, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt);
