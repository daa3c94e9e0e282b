using System.Text.Json.Nodes;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Baselines;

/// <summary><c>NAIVE</c>: every step is the last observed value. No hyperparameters.</summary>
public sealed class NaiveFamily : ReferenceFamily
{
    public override string ModelType => "NAIVE";

    public override JsonObject Normalise(JsonObject? hyperparameters)
    {
        Read(hyperparameters);
        return [];
    }

    public override IForecaster Create(JsonObject hyperparameters)
    {
        Normalise(hyperparameters);
        return new ReferenceForecaster(ModelType, inputLength: 1, signature => new FittedNaive(signature));
    }

    protected override IFittedForecaster Load(ModelSignature signature, JsonObject hyperparameters, JsonObject model) =>
        new FittedNaive(signature);

    private sealed class FittedNaive(ModelSignature signature) : FittedReference(signature)
    {
        protected override void Fill(PreparedSeries history, int column, int origin, int steps, double[,,] into, int n, int m)
        {
            var row = origin;
            while (row > 0 && !history.Observed[column][row])
                row--;
            // Where nothing was observed at all, the value the row was filled with is the best there is.
            var value = history.Values[column][history.Observed[column][row] ? row : origin];
            for (var h = 0; h < steps; h++)
                into[n, h, m] = value;
        }
    }
}
