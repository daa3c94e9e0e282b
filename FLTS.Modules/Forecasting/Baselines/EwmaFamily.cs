using System.Text.Json.Nodes;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Baselines;

/// <summary>
/// <c>EWMA</c>: every step is the exponentially weighted mean of the last <c>input_len</c> (10, 1 to 10000) rows of the origin's segment,
/// of as many as there are; weights (1 - alpha)^age normalised to 1 (pandas' ewm with adjust), <c>alpha</c> (0.5, 0.001 to 1); observed
/// cells only.
/// </summary>
public sealed class EwmaFamily : ReferenceFamily
{
    public override string ModelType => "EWMA";

    public override JsonObject Normalise(JsonObject? hyperparameters)
    {
        var options = Read(hyperparameters, "alpha", "input_len");
        return new JsonObject
        {
            ["alpha"] = options.Number("alpha", 0.001, 1) ?? 0.5,
            ["input_len"] = options.Integer("input_len", 1, 10_000) ?? 10,
        };
    }

    public override IForecaster Create(JsonObject hyperparameters)
    {
        var complete = Normalise(hyperparameters);
        var alpha = complete["alpha"]!.GetValue<double>();
        return new ReferenceForecaster(ModelType, complete["input_len"]!.GetValue<int>(), signature => new FittedEwma(signature, alpha));
    }

    protected override IFittedForecaster Load(ModelSignature signature, JsonObject hyperparameters, JsonObject model) =>
        new FittedEwma(signature, hyperparameters["alpha"]!.GetValue<double>());

    private sealed class FittedEwma(ModelSignature signature, double alpha) : FittedReference(signature)
    {
        protected override void Fill(PreparedSeries history, int column, int origin, int steps, double[,,] into, int n, int m)
        {
            double sum = 0, weights = 0, weight = 1;
            var oldest = Math.Max(0, origin - Signature.InputLength + 1);
            for (var row = origin; row >= oldest && history.Segments[row] == history.Segments[origin]; row--, weight *= 1 - alpha)
            {
                if (!history.Observed[column][row])
                    continue;
                sum += weight * history.Values[column][row];
                weights += weight;
            }

            // A window without one observed cell: what it was filled with is the best there is.
            var value = weights > 0 ? sum / weights : history.Values[column][origin];
            for (var h = 0; h < steps; h++)
                into[n, h, m] = value;
        }
    }
}
