using FLTS.Modules.Registry.Entities;

namespace FLTS.Tests.Registry;

/// <summary>Rows that satisfy every constraint, to be spoiled one at a time.</summary>
internal static class SampleRows
{
    public static readonly DateTimeOffset Start = new(2026, 3, 2, 9, 30, 0, TimeSpan.Zero);

    public static DatasetRow Dataset(string hash = "hash") => new()
    {
        ConfigHash = hash,
        Identifier = "station",
        SourceName = "station",
        Config = "{}",
        CreatedAt = Start,
    };

    public static RunRow Run(string id = "run", string hash = "hash", int generation = 0, string type = "GRU") => new()
    {
        RunId = id,
        ConfigHash = hash,
        Identifier = "station",
        ModelType = type,
        ParamsHash = "params",
        Generation = generation,
        Params = "{}",
        CreatedAt = Start,
    };

    public static PipelineRow Pipeline(string id = "pipeline", long sequence = 1) => new()
    {
        PipelineId = id,
        ConfigHash = "hash",
        Identifier = "station",
        Sequence = sequence,
        Dataset = "station",
        ExpectedModelTypes = "[]",
        Evaluation = "{}",
        CreatedAt = Start,
    };

    public static PromotionAttemptRow Attempt(string id = "attempt", string key = "key") => new()
    {
        AttemptId = id,
        IdempotencyKey = key,
        ConfigHash = "hash",
        Identifier = "station",
        Sequence = 1,
        CreatedAt = Start,
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
        Since = Start.AddDays(version - 1),
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
