using FLTS.Modules.Registry.Entities;

namespace FLTS.Tests.Pipeline;

/// <summary>Rows as the registry would hold them.</summary>
internal static class Rows
{
    public static readonly DateTimeOffset Start = new(2026, 3, 2, 9, 30, 0, TimeSpan.Zero);

    public static DatasetRow Dataset(DatasetStatus status) => new()
    {
        ConfigHash = new("hash"),
        Identifier = new("station"),
        SourceName = new("station"),
        Config = "{}",
        Status = status,
        CreatedAt = Start,
    };

    public static RunRow Run(string type, RunStatus status, int generation = 0) => new()
    {
        RunId = new($"run-{type}"),
        ConfigHash = new("hash"),
        Identifier = new("station"),
        ModelType = type,
        ParamsHash = new($"params-{type}"),
        Generation = generation,
        Params = "{}",
        Status = status,
        CreatedAt = Start,
    };

    public static PipelineRow Pipeline(PipelineStatus status = PipelineStatus.Queued) => new()
    {
        PipelineId = new("pipeline"),
        ConfigHash = new("hash"),
        Identifier = new("station"),
        Sequence = 1,
        Dataset = new("station"),
        ExpectedModelTypes = "[\"GRU\",\"LSTM\"]",
        Evaluation = "{}",
        Status = status,
        CreatedAt = Start,
    };
}
