namespace FLTS.Modules.Registry.Steps;

/// <summary>Shape of a model that was missing.</summary>
internal sealed record MissingShape(string ModelType, string Reason);

/// <summary>Shape of something that was tried and refused.</summary>
internal sealed record RefusalShape
{
    public required DateTimeOffset At { get; init; }

    public required string Error { get; init; }

    /// <summary>In place of so many that are left out.</summary>
    public int? LeftOut { get; init; }
}
