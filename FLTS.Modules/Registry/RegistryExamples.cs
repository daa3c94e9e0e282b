using System.Text.Json.Nodes;
using FLTS.Modules.Registry.Entities;

namespace FLTS.Modules.Registry;

/// <summary>Examples for the OpenAPI document.</summary>
internal static class RegistryExamples
{
    private static readonly DateTimeOffset _time = new(2026, 3, 2, 9, 30, 0, TimeSpan.Zero);

    private static readonly ChampionView _champion = new(1, new("0199a7b2c3d4"), "GRU", new("e309764d"), _time, null, new("0199a7b2d0"));

    public static Page<DatasetView> Datasets { get; } = new([new DatasetView(new("PobleSec"), "6b1c0a", "9f2e11", 3_953_380, 1, _time)], null);

    public static RunView Run { get; } = new(
        new("0199a7b2c3d4"), new("e309764d"), new("77aa01"), 0, new("PobleSec"), "GRU", RunStatus.Succeeded, 1,
        new JsonObject { ["epochs"] = 20, ["hidden_size"] = 32 },
        new JsonObject { ["train_rmse"] = 0.062, ["val_rmse"] = 0.064, ["best_epoch"] = 8 },
        new JsonObject { ["test_rmse"] = 0.0635, ["test_mae"] = 0.0346 },
        10, 10, null, [new ArtifactView("GRU/weights.safetensors", 628_636, "c0ffee")], null, _time, _time, _time.AddSeconds(40));

    public static Page<RunView> Runs { get; } = new([Run], "639080226000000000.0199a7b2c3d4");

    public static RunMetricsView Metrics { get; } = new(new("0199a7b2c3d4"), [new EpochView(1, 0.81, 0.064, 0.036, 0.44, 0.83, 0.065, 0.036, 0.43)], new JsonObject { ["test_rmse"] = 0.0635 });

    public static Page<ArtifactView> Artifacts { get; } = new([new ArtifactView("scaler/scaler.json", 2_711, "beef01")], null);

    public static AttemptView Attempt { get; } = new(
        new("0199a7b2d0"), new("e309764d"), new("PobleSec"), new("9b1f0c2e"), AttemptTrigger.Event, AttemptOutcome.Promoted, "GRU is the best candidate (score 0.0428); there was no champion",
        new JsonArray(new JsonObject { ["model_type"] = "LSTM", ["reason"] = "worker died 3 times" }), new JsonArray(), new JsonArray("0199a7b2c3d4"),
        new JsonObject { ["evaluation_horizon"] = 1 }, new("0199a7b2c3d4"), new("0199a7b2e1"), _time, _time.AddSeconds(1), 812);

    public static Page<AttemptView> Attempts { get; } = new([Attempt], null);

    public static ChampionsView Champion { get; } = new(
        new("PobleSec"), _champion, [_champion]);

    public static JsonNode Scoreboard { get; } = new JsonObject
    {
        ["scoreboard_id"] = "0199a7b2e1",
        ["config_hash"] = "e309764d",
        ["identifier"] = "PobleSec",
        ["scored_rows"] = 3982,
        ["skipped_rows"] = 0,
        ["evaluation_horizon"] = 1,
        ["weights"] = new JsonObject { ["rmse"] = 0.5, ["mae"] = 0.3, ["mse"] = 0.2 },
        ["entries"] = new JsonArray(new JsonObject
        {
            ["rank"] = 1,
            ["kind"] = "candidate",
            ["model_type"] = "GRU",
            ["run_id"] = "0199a7b2c3d4",
            ["score"] = 0.0428,
            ["rmse"] = 0.0635,
            ["mae"] = 0.0346,
            ["mse"] = 0.004,
            ["r2"] = 0.51,
            ["skill"] = 0.12,
            ["mase"] = 0.9,
        }),
    };
}
