using System.Text.Json.Nodes;
using FLTS.Forecasting.Series;
using FLTS.Forecasting.Trees;
using FLTS.Tests.Forecasting.Recurrent;

namespace FLTS.Tests.Forecasting.Trees;

/// <summary>Quick fits of LIGHTGBM.</summary>
internal static class Small
{
    public static readonly LightGbmFamily Family = new();

    public static JsonObject Parameters(string changes = "{}")
    {
        var json = JsonNode.Parse(
            """{"input_len": 6, "horizon": 4, "num_iterations": 60, "learning_rate": 0.2, "min_data_in_leaf": 5, "num_leaves": 8,"""
            + """ "feature_fraction": 0.3, "early_stopping_rounds": 30, "lead_mode": "recursive"}""")!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(changes)!.AsObject())
            json[name] = value?.DeepClone();
        return Family.Normalise(json);
    }

    public static FitResult Fit(
        string changes = "{}", PreparedSeries? series = null, int? validationStart = null, FitContext? context = null)
    {
        series ??= Toy.Series();
        return Family.Create(Parameters(changes))
            .Fit(new TrainingSet(series, validationStart ?? series.Rows * 4 / 5), context ?? Toy.Context);
    }

    /// <summary>The same of direct leads.</summary>
    public static FitResult FitDirect(
        string changes = "{}", PreparedSeries? series = null, int? validationStart = null, FitContext? context = null)
    {
        var parameters = JsonNode.Parse(changes)!.AsObject();
        parameters["lead_mode"] = "direct";
        return Fit(parameters.ToJsonString(), series ?? Toy.Series(600), validationStart, context);
    }
}
