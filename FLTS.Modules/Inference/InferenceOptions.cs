
namespace FLTS.Modules.Inference;

/// <summary>Section <c>Inference</c>.</summary>
internal sealed record InferenceOptions
{
    public const string Section = "Inference";

    /// <summary>Longest forecast in steps; 1 to 100000, default 1440 (two days at two minutes).</summary>
    public int MaxSteps { get; init; } = 1440;

    /// <summary>Most rows a request may send; 1 to 1000000, default 20000.</summary>
    public int MaxRows { get; init; } = 20_000;

    /// <summary>Most items of a batch; 1 to 10000, default 256.</summary>
    public int MaxBatch { get; init; } = 256;

    /// <summary>Requests computed side by side; 0 (default): one a processor.</summary>
    public int Workers { get; init; }

    /// <summary>Requests that may wait; one more is answered 429. 0 to 100000, default 512.</summary>
    public int QueueLength { get; init; } = 512;

    /// <summary>Seconds between two looks at the ledger; 0.5 to 3600, default 5.</summary>
    public double RefreshSeconds { get; init; } = 5;

    /// <exception cref="InvalidInputException">A setting is out of range.</exception>
    public void Validate()
    {
        Check(nameof(MaxSteps), MaxSteps, 1, 100_000);
        Check(nameof(MaxRows), MaxRows, 1, 1_000_000);
        Check(nameof(MaxBatch), MaxBatch, 1, 10_000);
        Check(nameof(Workers), Workers, 0, 1024);
        Check(nameof(QueueLength), QueueLength, 0, 100_000);
        Check(nameof(RefreshSeconds), RefreshSeconds, 0.5, 3600);
    }

    private static void Check(string name, double value, double low, double high)
    {
        if (!(value >= low && value <= high))
            throw new InvalidInputException(FormattableString.Invariant($"{Section}:{name} is {value}; it must be between {low} and {high}."));
    }
}
