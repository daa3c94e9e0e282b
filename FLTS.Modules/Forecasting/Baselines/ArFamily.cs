using System.Text.Json.Nodes;
using FLTS.Forecasting.Json;
using FLTS.Forecasting.Leads;

namespace FLTS.Forecasting.Baselines;

/// <summary>
/// <c>AR</c>: vector autoregression by ridge least squares: each target from <c>input_len</c> (10, 1 to 1000) lags of all columns, directly
/// at each knot of the leads (<c>lead_mode</c> direct, default), or one step ahead and fed back (recursive). The penalty is chosen by the
/// validation part; <c>refit_on_all</c> (true) then fits train and validation together.
/// </summary>
public sealed class ArFamily : ReferenceFamily
{
    public override string ModelType => "AR";

    public override JsonObject Normalise(JsonObject? hyperparameters) => Complete(hyperparameters, LeadMode.Direct);

    public override FitEstimate Estimate(JsonObject hyperparameters, FitSize size)
    {
        var complete = Complete(hyperparameters, LeadMode.Recursive);
        return Estimate(complete["input_len"]!.GetValue<int>(), size, IsDirect(complete) ? Knots.All.Count : 1);
    }

    public override IForecaster Create(JsonObject hyperparameters)
    {
        var complete = Complete(hyperparameters, LeadMode.Recursive);
        return new ArForecaster(
            ModelType,
            isSeasonal: false,
            complete["input_len"]!.GetValue<int>(),
            complete["refit_on_all"]!.GetValue<bool>(),
            IsDirect(complete) ? LeadMode.Direct : LeadMode.Recursive);
    }

    protected override IFittedForecaster Load(ModelSignature signature, JsonObject hyperparameters, JsonObject model) =>
        LeadsJson.IsDirect(model) ? new FittedLeads(LeadsJson.Read(signature, model)) : FittedAr.FromJson(signature, model);

    /// <summary>What regressions take.</summary>
    /// <param name="inputLength">L.</param>
    /// <param name="size">Of the data.</param>
    /// <param name="leads">Systems of them.</param>
    internal static FitEstimate Estimate(int inputLength, FitSize size, int leads)
    {
        var features = ((double)inputLength * size.Columns) + 1;
        var system = Math.Min(features, size.Rows); // That of the rows where they are fewer.
        return new FitEstimate(
            sizeof(double) * ((4 * system * system) + (2 * features * size.Targets * leads)),
            (features * system * size.Rows / 2) + (leads * system * system * system / 3),
            FormattableString.Invariant($"the square of {system:N0} equations: {features:N0} lags of {size.Columns} columns, over ")
            + FormattableString.Invariant($"{size.Rows:N0} rows, {leads} times"));
    }

    private JsonObject Complete(JsonObject? hyperparameters, LeadMode absent)
    {
        var options = Read(hyperparameters, "input_len", "refit_on_all", "lead_mode");
        var complete = new JsonObject
        {
            ["input_len"] = options.Integer("input_len", 1, 1000) ?? 10,
            ["refit_on_all"] = options.Flag("refit_on_all") ?? true,
        };
        if ((options.Choice<LeadMode>("lead_mode") ?? absent) == LeadMode.Direct)
            complete["lead_mode"] = JsonFormat.NameOf(LeadMode.Direct);
        return complete;
    }

    private static bool IsDirect(JsonObject complete) => complete.ContainsKey("lead_mode");
}
