using FLTS.Modules.Registry.Entities;

namespace FLTS.Tests.TestKit;

/// <summary>Rows that the database's constraints accept, to be spoiled one at a time.</summary>
internal static class Rows
{
    /// <summary>Not on a whole second: what a database rounds away shows. Microseconds are what both keep.</summary>
    public static readonly DateTimeOffset Now = new DateTimeOffset(2026, 3, 2, 9, 30, 1, TimeSpan.Zero).AddMicroseconds(123_457);

    public static DatasetRow Dataset(DatasetStatus status)
    {
        var dataset = Dataset();
        dataset.Status = status;
        return dataset;
    }

    public static DatasetRow Dataset(string hash = "hash") => new()
    {
        ConfigHash = hash,
        Identifier = "station",
        SourceName = "station",
        Config = "{}",
        CreatedAt = Now,
    };

    /// <summary>A run named after its type.</summary>
    public static RunRow Run(string type, RunStatus status, int generation = 0)
    {
        var run = Run($"run-{type}", type: type, generation: generation);
        (run.ParamsHash, run.Status) = ($"params-{type}", status);
        return run;
    }

    public static RunRow Run(string id = "run", string hash = "hash", string type = "GRU", int generation = 0) => new()
    {
        RunId = id,
        ConfigHash = hash,
        Identifier = "station",
        ModelType = type,
        ParamsHash = "params",
        Generation = generation,
        Params = "{}",
        CreatedAt = Now,
    };

    public static PipelineRow Pipeline(PipelineStatus status)
    {
        var pipeline = Pipeline();
        pipeline.Status = status;
        return pipeline;
    }

    public static PipelineRow Pipeline(string id = "pipeline", long sequence = 1) => new()
    {
        PipelineId = id,
        ConfigHash = "hash",
        Identifier = "station",
        Sequence = sequence,
        Dataset = "station",
        ExpectedModelTypes = "[\"GRU\"]",
        Evaluation = "{}",
        CreatedAt = Now,
    };

    public static PromotionAttemptRow Attempt(string id = "attempt", string? key = null) => new()
    {
        AttemptId = id,
        IdempotencyKey = key ?? id,
        ConfigHash = "hash",
        Identifier = "station",
        Sequence = 1,
        CreatedAt = Now,
    };

    public static ChampionRow Champion(int version = 1, string attempt = "attempt", string run = "run") => new()
    {
        Identifier = "station",
        Version = version,
        RunId = run,
        ModelType = "GRU",
        ConfigHash = "hash",
        Sequence = 1,
        AttemptId = attempt,
        Pointer = "{}",
        Since = Now.AddDays(version - 1),
    };

    public static ScoreboardRow Scoreboard(string id, DateTimeOffset at, string board) => new()
    {
        ScoreboardId = id,
        ConfigHash = "hash",
        Identifier = "station",
        PipelineId = "pipeline",
        Board = board,
        CreatedAt = at,
    };
}
