using System.ComponentModel.DataAnnotations;

namespace FLTS.Modules.Training;

/// <summary>Section <c>Training</c>: what surrounds a training; nothing here changes its numbers.</summary>
internal sealed record TrainingOptions
{
    public const string Section = "Training";

    /// <summary>
    /// Most threads one training computes with, of the cores that other trainings leave free; 1 to 64, default 1 (small recurrent nets are
    /// slower with more, and always take one).
    /// </summary>
    [Range(1, 64)]
    public int Threads { get; init; } = 1;

    /// <summary>
    /// How far trainings stand back behind serving on Linux, as a nice value of their threads; 0 (not at all) to 19, default 10.
    /// </summary>
    [Range(0, 19)]
    public int Nice { get; init; } = 10;

    /// <summary>Seconds a training may take before it fails; 1 to 604800, default 86400 (a day).</summary>
    [Range(1, 604_800)]
    public int TimeLimitSeconds { get; init; } = 86_400;

    /// <summary>Longest wait in seconds between two tries to store a trained model; 1 to 3600, default 60.</summary>
    [Range(1, 3600)]
    public double MaxRetrySeconds { get; init; } = 60;
}
