using System.Text.Json.Nodes;
using FLTS.Forecasting.Leads;

namespace FLTS.Forecasting.Baselines;

/// <summary>
/// <c>AR_SEASONAL</c>: at each knot of the leads the best on validation of AR, AR that sees SEASONAL_MEAN at the target time too, and a
/// regression of the differences to SEASONAL_MEAN on those before; from seven seasons of train on. <c>input_len</c> (10, 1 to 1000),
/// <c>refit_on_all</c> (true).
/// </summary>
public sealed class ArSeasonalFamily : ReferenceFamily
{
    private const int Variants = 3;

    public override string ModelType => "AR_SEASONAL";

    public override JsonObject Normalise(JsonObject? hyperparameters)
    {
        var options = Read(hyperparameters, "input_len", "refit_on_all");
        return new JsonObject
        {
            ["input_len"] = options.Integer("input_len", 1, 1000) ?? 10,
            ["refit_on_all"] = options.Flag("refit_on_all") ?? true,
        };
    }

    public override FitEstimate Estimate(JsonObject hyperparameters, FitSize size) =>
        ArFamily.Estimate(Normalise(hyperparameters)["input_len"]!.GetValue<int>(), size, Variants * Knots.All.Count);

    public override IForecaster Create(JsonObject hyperparameters)
    {
        var complete = Normalise(hyperparameters);
        return new ArForecaster(
            ModelType,
            isSeasonal: true,
            complete["input_len"]!.GetValue<int>(),
            complete["refit_on_all"]!.GetValue<bool>(),
            LeadMode.Direct);
    }

    protected override IFittedForecaster Load(ModelSignature signature, JsonObject hyperparameters, JsonObject model) =>
        new FittedLeads(LeadsJson.Read(signature, model));
}
