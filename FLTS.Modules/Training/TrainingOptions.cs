
namespace FLTS.Modules.Training;

/// <summary>Section <c>Training</c>: what surrounds a training; nothing here changes its numbers.</summary>
internal sealed record TrainingOptions
{
    public const string Section = "Training";

    /// <summary>Most threads one training computes with, of the cores that other trainings leave free; 1 to 64, default 1 (small recurrent nets are slower with more, and always take one).</summary>
    public int Threads { get; init; } = 1;

    /// <summary>How far trainings stand back behind serving on Linux, as a nice value of their threads; 0 (not at all) to 19, default 10.</summary>
    public int Nice { get; init; } = 10;

    /// <summary>Seconds a training may take before it fails; 1 to 604800, default 86400 (a day).</summary>
    public int TimeLimitSeconds { get; init; } = 86_400;

    /// <summary>Longest wait in seconds between two tries to store a trained model; 1 to 3600, default 60.</summary>
    public double MaxRetrySeconds { get; init; } = 60;

    /// <exception cref="InvalidInputException">A setting is out of range.</exception>
    public void Validate()
    {
        if (Threads is not (>= 1 and <= 64))
            throw new InvalidInputException($"Training:Threads is {Threads}; it must be between 1 and 64.");
        if (Nice is not (>= 0 and <= 19))
            throw new InvalidInputException($"Training:Nice is {Nice}; it must be between 0 and 19.");
        if (TimeLimitSeconds is not (>= 1 and <= 604_800))
            throw new InvalidInputException($"Training:TimeLimitSeconds is {TimeLimitSeconds}; it must be between 1 and 604800.");
        if (MaxRetrySeconds is not (>= 1 and <= 3600))
            throw new InvalidInputException($"Training:MaxRetrySeconds is {MaxRetrySeconds}; it must be between 1 and 3600.");
    }
}
