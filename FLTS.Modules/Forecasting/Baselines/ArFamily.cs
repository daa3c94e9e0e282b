using System.Text.Json.Nodes;

namespace FLTS.Forecasting.Baselines;

/// <summary>
/// <c>AR</c>: vector autoregression by ridge least squares: each target one step ahead from <c>input_len</c> (10, 1 to 1000) lags of all
/// columns. The penalty is chosen by the validation part; <c>refit_on_all</c> (true) then fits train and validation together.
/// </summary>
public sealed class ArFamily : ReferenceFamily
{
    public override string ModelType => "AR";

    public override JsonObject Normalise(JsonObject? hyperparameters)
    {
        var options = Read(hyperparameters, "input_len", "refit_on_all");
        return new JsonObject
        {
            ["input_len"] = options.Integer("input_len", 1, 1000) ?? 10,
            ["refit_on_all"] = options.Flag("refit_on_all") ?? true,
        };
    }

    public override FitEstimate Estimate(JsonObject hyperparameters, FitSize size)
    {
        var features = ((double)Normalise(hyperparameters)["input_len"]!.GetValue<int>() * size.Columns) + 1;
        return new FitEstimate(
            3 * sizeof(double) * features * features,
            (features * features * size.Rows) + (features * features * features / 3),
            FormattableString.Invariant($"the square of {features:N0} lags of {size.Columns} columns, over {size.Rows:N0} rows"));
    }

    public override IForecaster Create(JsonObject hyperparameters)
    {
        var complete = Normalise(hyperparameters);
        return new ArForecaster(complete["input_len"]!.GetValue<int>(), complete["refit_on_all"]!.GetValue<bool>());
    }

    protected override IFittedForecaster Load(ModelSignature signature, JsonObject hyperparameters, JsonObject model) =>
        FittedAr.FromJson(signature, model);
}
