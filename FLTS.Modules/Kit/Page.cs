namespace FLTS.Modules.Kit;

/// <summary>A page of a list; <paramref name="Next"/> is the cursor of the next one.</summary>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? Next);
