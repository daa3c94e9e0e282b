namespace FLTS.Modules.Pipeline;

/// <summary>Section <c>Pipeline</c>.</summary>
internal sealed record PipelineOptions
{
    public const string Section = "Pipeline";

    /// <summary>Model types a pipeline trains and waits for unless its request says otherwise; at least one.</summary>
    public string[] ExpectedModelTypes { get; init; } = [];

    /// <summary>Seconds between two passes of the Reconciler; 0.5 to 3600, default 3.</summary>
    public double ReconcileSeconds { get; init; } = 3;

    /// <summary>Seconds after which a step that was put into a queue and did not start is put there again; 5 to 3600, default 60.</summary>
    public double RequeueSeconds { get; init; } = 60;

    /// <summary>Seconds between two looks at the pointer files; 0.5 to 3600, default 30.</summary>
    public double PointerSeconds { get; init; } = 30;

    /// <summary>Unfinished pipelines at most; one more is refused with 429. 1 to 10000, default 100.</summary>
    public int MaxUnfinished { get; init; } = 100;

    /// <summary>Says which setting is wrong and what would be right.</summary>
    /// <exception cref="InvalidInputException">A setting is out of range.</exception>
    public void Validate()
    {
        if (ExpectedModelTypes.Length == 0)
        {
            throw new InvalidInputException(
                "Pipeline:ExpectedModelTypes must list at least one model type, for example [\"GRU\", \"LSTM\", \"PROPHET\"].");
        }

        if (ReconcileSeconds is not (>= 0.5 and <= 3600))
            throw new InvalidInputException($"Pipeline:ReconcileSeconds is {ReconcileSeconds}; it must be between 0.5 and 3600.");
        if (RequeueSeconds is not (>= 5 and <= 3600))
            throw new InvalidInputException($"Pipeline:RequeueSeconds is {RequeueSeconds}; it must be between 5 and 3600.");
        if (PointerSeconds is not (>= 0.5 and <= 3600))
            throw new InvalidInputException($"Pipeline:PointerSeconds is {PointerSeconds}; it must be between 0.5 and 3600.");
        if (MaxUnfinished is not (>= 1 and <= 10_000))
            throw new InvalidInputException($"Pipeline:MaxUnfinished is {MaxUnfinished}; it must be between 1 and 10000.");
    }
}
