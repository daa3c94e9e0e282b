using System.ComponentModel.DataAnnotations;

namespace FLTS.Modules.Inference.Settings;

/// <summary>Section <c>Inference</c>.</summary>
internal sealed record InferenceOptions
{
    public const string Section = "Inference";

    /// <summary>Longest forecast in steps; 1 to 100000, default 10000.</summary>
    [Range(1, 100_000)]
    public int MaxSteps { get; init; } = 10_000;

    /// <summary>Most rows a request may send; 1 to 1000000, default 20000.</summary>
    [Range(1, 1_000_000)]
    public int MaxRows { get; init; } = 20_000;

    /// <summary>Most items of a batch; 1 to 10000, default 256.</summary>
    [Range(1, 10_000)]
    public int MaxBatch { get; init; } = 256;

    /// <summary>Batches of forecasts computed side by side; 0 to 1024; 0 (default): one a processor.</summary>
    [Range(0, 1024)]
    public int Workers { get; init; }

    /// <summary>Requests that may wait; one more is answered 429. 0 to 100000, default 512.</summary>
    [Range(0, 100_000)]
    public int QueueLength { get; init; } = 512;

    /// <summary>Seconds that a request may wait for its forecast before it is answered 503; 0.1 to 3600, default 30.</summary>
    [Range(0.1, 3600)]
    public double RequestTimeoutSeconds { get; init; } = 30;

    /// <summary>MB that loaded models may hold; those not asked for the longest go first. 1 to 1000000, default 1024.</summary>
    [Range(1, 1_000_000)]
    public int ModelMemoryMb { get; init; } = 1024;

    /// <summary>Seconds between two looks at the ledger; 0.5 to 3600, default 5.</summary>
    [Range(0.5, 3600)]
    public double RefreshSeconds { get; init; } = 5;
}
