using System.Text.Json.Nodes;
using FLTS.Modules.Registry.Pipelines;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Pipeline.Bodies;

/// <summary>Shape of the body of <c>POST /pipelines</c>, which the module reads strictly.</summary>
internal sealed record PipelineBody
{
    /// <summary>Name of a dataset (<c>GET /datasets</c>).</summary>
    public required string Dataset { get; init; }

    /// <summary>The station whose model it may become; default: the dataset's name.</summary>
    public string? Identifier { get; init; }

    /// <summary>Types to train: GRU, LSTM, PROPHET, LIGHTGBM, AR, ENSEMBLE, ...; default: Pipeline:ExpectedModelTypes.</summary>
    public IReadOnlyList<string>? ModelTypes { get; init; }

    /// <summary>Rows of the train part to take; 0: all.</summary>
    public int? SampleTrainRows { get; init; }

    /// <summary>Rows of the test part to take; 0: all.</summary>
    public int? SampleTestRows { get; init; }

    /// <summary>Which rows are taken where not all are.</summary>
    public string? SampleStrategy { get; init; }

    /// <summary>0 to 2^53 - 1.</summary>
    public long? SampleSeed { get; init; }

    /// <summary>Makes the same data another data.</summary>
    public string? HashSalt { get; init; }

    /// <summary>Prepares data that is prepared already once more.</summary>
    public bool? ForceReprocess { get; init; }

    /// <summary>Trains anew what was trained alike.</summary>
    public bool? ForceRetrain { get; init; }

    /// <summary>Options of preprocessing (docs/FORECASTING.md), such as targets, lags, clipping, scaler.</summary>
    public JsonObject? Preprocessing { get; init; }

    /// <summary>Hyperparameters by model type.</summary>
    public IReadOnlyDictionary<string, JsonObject>? Training { get; init; }

    /// <summary>Overrides of the evaluation's policy, such as min_improvement.</summary>
    public JsonObject? Evaluation { get; init; }
}

/// <summary>Shape of the body of <c>POST /pipelines/{id}/rerun</c>.</summary>
internal sealed record RerunBody
{
    /// <summary>From where on; default: train.</summary>
    public RerunStage? Stage { get; init; }
}

/// <summary>Shape of the body of <c>PUT /schedules/{name}</c>.</summary>
internal sealed record ScheduleBody
{
    /// <summary>Five fields: minute, hour, day of month, month, weekday.</summary>
    public required string Cron { get; init; }

    /// <summary>IANA zone whose clock cron means; default UTC.</summary>
    public string? Zone { get; init; }

    /// <summary>Seconds by which each start is put off, 0 to this; at most 86400, default 0.</summary>
    public int? JitterSeconds { get; init; }

    /// <summary>What is done while its last pipeline is unfinished; default skip.</summary>
    public ScheduleOverlap? Overlap { get; init; }

    /// <summary>Posted each time.</summary>
    public required PipelineBody Pipeline { get; init; }
}
