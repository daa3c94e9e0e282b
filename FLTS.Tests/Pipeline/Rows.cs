using FLTS.Modules.Registry.Entities;

namespace FLTS.Tests.Pipeline;

/// <summary>Rows as the registry would hold them.</summary>
internal static class Rows
{
    public static readonly DateTimeOffset Start = new(2026, 3, 2, 9, 30, 0, TimeSpan.Zero);

    public static DatasetRow Dataset(DatasetStatus status) => new()
    {
        ConfigHash = "hash",
        Identifier = "station",
        SourceName = "station",
        Config = "{}",
        Status = status,
        CreatedAt = Start,
    };

    public static RunRow Run(string type, RunStatus status, int generation = 0) => new()
    {
        RunId = $"run-{type}",
        ConfigHash = "hash",
        Identifier = "station",
        ModelType = type,
        ParamsHash = $"params-{type}",
        Generation = generation,
        Params = "{}",
        Status = status,
        CreatedAt = Start,
    };

    public static PipelineRow Pipeline(PipelineStatus status = PipelineStatus.Queued) => new()
    {
        PipelineId = "pipeline",
        ConfigHash = "hash",
        Identifier = "station",
        Sequence = 1,
        Dataset = "station",
        ExpectedModelTypes = "[\"GRU\",\"LSTM\"]",
        Evaluation = "{}",
        Status = status,
        CreatedAt = Start,
    };
}
