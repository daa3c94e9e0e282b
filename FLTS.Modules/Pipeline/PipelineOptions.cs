using System.ComponentModel.DataAnnotations;

namespace FLTS.Modules.Pipeline;

/// <summary>Section <c>Pipeline</c>.</summary>
internal sealed record PipelineOptions : ICheckedTogether
{
    public const string Section = "Pipeline";

    /// <summary>Model types a pipeline trains and waits for unless its request says otherwise; at least one.</summary>
    public string[] ExpectedModelTypes { get; init; } = [];

    /// <summary>Seconds between two passes of the Reconciler; 0.5 to 3600, default 3.</summary>
    [Range(0.5, 3600)]
    public double ReconcileSeconds { get; init; } = 3;

    /// <summary>Seconds after which a step that was put into a queue and did not start is put there again; 5 to 3600, default 60.</summary>
    [Range(5, 3600)]
    public double RequeueSeconds { get; init; } = 60;

    /// <summary>Seconds between two looks at the pointer files; 0.5 to 3600, default 30.</summary>
    [Range(0.5, 3600)]
    public double PointerSeconds { get; init; } = 30;

    /// <summary>Unfinished pipelines at most; one more is refused with 429. 1 to 10000, default 100.</summary>
    [Range(1, 10_000)]
    public int MaxUnfinished { get; init; } = 100;

    /// <summary>Seconds between two looks at the schedules; 0.5 to 3600, default 5.</summary>
    [Range(0.5, 3600)]
    public double ScheduleSeconds { get; init; } = 5;

    /// <summary>Schedules at most that are made by the API; one more is refused with 409. 1 to 10000, default 1000.</summary>
    [Range(1, 10_000)]
    public int MaxSchedules { get; init; } = 1000;

    /// <summary>Makes and runs the demo dataset where <c>run</c> finds nothing on the embedded default; true by default.</summary>
    public bool DemoOnEmpty { get; init; } = true;

    public void CheckTogether()
    {
        if (ExpectedModelTypes.Length == 0)
        {
            throw new InvalidInputException(
                "Pipeline:ExpectedModelTypes must list at least one model type, for example [\"GRU\", \"LSTM\", \"PROPHET\"].");
        }
    }
}
