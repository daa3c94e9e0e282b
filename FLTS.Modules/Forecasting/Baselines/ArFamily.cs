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
        AllowOnly(hyperparameters, "input_len", "refit_on_all");
        var refit = hyperparameters?["refit_on_all"];
        if (refit is not null && refit.GetValueKind() is not (System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False))
            throw new InvalidInputException($"AR: 'refit_on_all' is {refit.ToJsonString()}; it must be true or false.");
        return new JsonObject
        {
            ["input_len"] = (int)Number(hyperparameters, "input_len", 10, 1, 1000, whole: true),
            ["refit_on_all"] = refit?.GetValue<bool>() ?? true,
        };
    }

    public override IForecaster Create(JsonObject hyperparameters)
    {
        var complete = Normalise(hyperparameters);
        return new ArForecaster(complete["input_len"]!.GetValue<int>(), complete["refit_on_all"]!.GetValue<bool>());
    }

    protected override IFittedForecaster Load(ModelSignature signature, JsonObject hyperparameters, JsonObject model) =>
        FittedAr.FromJson(signature, model);
}
