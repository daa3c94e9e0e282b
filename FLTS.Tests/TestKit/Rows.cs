using FLTS.Modules.Registry.Schema;

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
        ConfigHash = new(hash),
        Identifier = new("station"),
        SourceName = new("station"),
        Config = "{}",
        CreatedAt = Now,
    };

    /// <summary>A run named after its type.</summary>
    public static RunRow Run(string type, RunStatus status, int generation = 0)
    {
        var run = Run($"run-{type}", type: type, generation: generation);
        (run.ParamsHash, run.Status) = (new($"params-{type}"), status);
        return run;
    }

    public static RunRow Run(string id = "run", string hash = "hash", string type = "GRU", int generation = 0) => new()
    {
        RunId = new(id),
        ConfigHash = new(hash),
        Identifier = new("station"),
        ModelType = type,
        ParamsHash = new("params"),
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
        PipelineId = new(id),
        ConfigHash = new("hash"),
        Identifier = new("station"),
        Sequence = sequence,
        Dataset = new("station"),
        ExpectedModelTypes = "[\"GRU\"]",
        Evaluation = "{}",
        CreatedAt = Now,
    };

    public static PromotionAttemptRow Attempt(string id = "attempt", string? key = null) => new()
    {
        AttemptId = new(id),
        IdempotencyKey = key ?? id,
        ConfigHash = new("hash"),
        Identifier = new("station"),
        Sequence = 1,
        CreatedAt = Now,
    };

    public static ChampionRow Champion(int version = 1, string attempt = "attempt", string run = "run") => new()
    {
        Identifier = new("station"),
        Version = version,
        RunId = new(run),
        ModelType = "GRU",
        ConfigHash = new("hash"),
        Sequence = 1,
        AttemptId = new(attempt),
        Pointer = "{}",
        Since = Now.AddDays(version - 1),
    };

    public static ScoreboardRow Scoreboard(string id, DateTimeOffset at, string board) => new()
    {
        ScoreboardId = new(id),
        ConfigHash = new("hash"),
        Identifier = new("station"),
        PipelineId = new("pipeline"),
        Board = board,
        CreatedAt = at,
    };
}
