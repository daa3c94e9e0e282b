using System.Text.Json.Nodes;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Registry.Runs;

/// <summary>Examples for the OpenAPI document.</summary>
internal static class RunExamples
{
    private static readonly DateTimeOffset _time = new(2026, 3, 2, 9, 30, 0, TimeSpan.Zero);

    public static RunView Run { get; } = new(
        new("0199a7b2c3d4"), new("e309764d"), new("77aa01"), 0, new("PobleSec"), "GRU", RunStatus.Succeeded, 1,
        new JsonObject { ["epochs"] = 20, ["hidden_size"] = 32 },
        new JsonObject { ["train_rmse"] = 0.062, ["val_rmse"] = 0.064, ["best_epoch"] = 8 },
        new JsonObject { ["test_rmse"] = 0.0635, ["test_mae"] = 0.0346 },
        10, 10, null, [new ArtifactView("GRU/weights.safetensors", 628_636, "c0ffee")], null, _time, _time, _time.AddSeconds(40))
    {
        Place = RunPlace.Shadow,
        AllowedActions = ["promote", "end_shadow"],
    };

    public static Page<RunView> Runs { get; } = new([Run], "639080226000000000.0199a7b2c3d4");

    public static RunMetricsView Metrics { get; } = new(
        new("0199a7b2c3d4"),
        [new EpochView(1, 0.81, 0.064, 0.036, 0.44, 0.83, 0.065, 0.036, 0.43)],
        new JsonObject { ["test_rmse"] = 0.0635 });

    public static RunHorizonsView Horizons { get; } = new(
        new("0199a7b2c3d4"),
        new("0199a7b2e1"),
        new JsonArray(new JsonObject { ["lead"] = 30, ["rmse"] = 0.11, ["mae"] = 0.061, ["coverage_80"] = 0.81 }),
        new JsonArray(new JsonObject { ["from"] = 16, ["to"] = 30, ["rmse"] = 0.105, ["skill"] = 0.21, ["indicative"] = false }),
        new JsonObject { ["361-720"] = "400 scored rows are fewer than its 720 steps" });

    public static Page<ArtifactView> Artifacts { get; } = new([new ArtifactView("scaler/scaler.json", 2_711, "beef01")], null);

    public static CancelledRun Cancelled { get; } = new(new("0199a7b2c3d4"), RunStatus.Cancelled, "/runs/0199a7b2c3d4");

    public static RerunRun Rerun { get; } = new(new("0199a7c0aa01"), new("0199a7b2c3d4"), 1, new("9b1f0c2e"), "/runs/0199a7c0aa01");
}
