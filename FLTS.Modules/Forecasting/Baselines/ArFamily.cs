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
        var system = Math.Min(features, size.Rows); // That of the rows where they are fewer.
        return new FitEstimate(
            sizeof(double) * ((3 * system * system) + (2 * features * size.Targets)),
            (features * system * size.Rows / 2) + (system * system * system / 3),
            FormattableString.Invariant($"the square of {system:N0} equations: {features:N0} lags of {size.Columns} columns, over ")
            + FormattableString.Invariant($"{size.Rows:N0} rows"));
    }

    public override IForecaster Create(JsonObject hyperparameters)
    {
        var complete = Normalise(hyperparameters);
        return new ArForecaster(complete["input_len"]!.GetValue<int>(), complete["refit_on_all"]!.GetValue<bool>());
    }

    protected override IFittedForecaster Load(ModelSignature signature, JsonObject hyperparameters, JsonObject model) =>
        FittedAr.FromJson(signature, model);
}
