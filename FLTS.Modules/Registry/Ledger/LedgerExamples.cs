using System.Text.Json.Nodes;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Registry.Ledger;

/// <summary>Examples for the OpenAPI document.</summary>
internal static class LedgerExamples
{
    private static readonly DateTimeOffset _time = new(2026, 3, 2, 9, 30, 0, TimeSpan.Zero);

    public static AttemptView Attempt { get; } = new(
        new("0199a7b2d0"), new("e309764d"), new("PobleSec"), new("9b1f0c2e"), AttemptTrigger.Event, AttemptOutcome.Promoted,
        "GRU is the best candidate (score 0.0428); there was no champion",
        new JsonArray(new JsonObject { ["model_type"] = "LSTM", ["reason"] = "worker died 3 times" }),
        new JsonArray(),
        new JsonArray("0199a7b2c3d4"),
        new JsonObject { ["evaluation_horizon"] = 1 }, new("0199a7b2c3d4"), new("0199a7b2e1"), _time, _time.AddSeconds(1), 812);

    public static Page<AttemptView> Attempts { get; } = new([Attempt], null);

    public static ChampionsView Champion { get; } = new(new("PobleSec"), Line(), [Line()]) { AllowedActions = ["promote"] };

    public static JsonNode Scoreboard { get; } = new JsonObject
    {
        ["scoreboard_id"] = "0199a7b2e1",
        ["config_hash"] = "e309764d",
        ["identifier"] = "PobleSec",
        ["scored_rows"] = 3982,
        ["skipped_rows"] = 0,
        ["evaluation_horizon"] = 1,
        ["weights"] = new JsonObject { ["rmse"] = 0.5, ["mae"] = 0.3, ["mse"] = 0.2 },
        ["target_weights"] = new JsonObject { ["upload"] = 1, ["download"] = 1 },
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
            ["bands"] = new JsonArray(new JsonObject
            {
                ["from"] = 31,
                ["to"] = 90,
                ["rmse"] = 0.112,
                ["mae"] = 0.063,
                ["mse"] = 0.0125,
                ["score"] = 0.0774,
                ["skill"] = 0.24,
                ["coverage_80"] = 0.81,
                ["coverage_95"] = 0.95,
                ["interval_score_80"] = 0.31,
                ["windows"] = 44.2,
                ["indicative"] = false,
            }),
        }),
    };

    private static ChampionView Line() => new(1, new("0199a7b2c3d4"), "GRU", new("e309764d"), _time, null, new("0199a7b2d0"));
}
