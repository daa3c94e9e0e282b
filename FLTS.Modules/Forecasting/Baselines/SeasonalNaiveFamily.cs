using System.Text.Json.Nodes;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Baselines;

/// <summary>
/// <c>SEASONAL_NAIVE</c>: every step is the value at the same time one day before (the nearest whole number of days before
/// the origin). No hyperparameters.
/// </summary>
public sealed class SeasonalNaiveFamily : ReferenceFamily
{
    private static readonly TimeSpan _season = TimeSpan.FromDays(1);

    public override string ModelType => "SEASONAL_NAIVE";

    public override JsonObject Normalise(JsonObject? hyperparameters)
    {
        Read(hyperparameters);
        return [];
    }

    public override IForecaster Create(JsonObject hyperparameters)
    {
        Normalise(hyperparameters);
        return new ReferenceForecaster(ModelType, inputLength: 1, signature => new FittedSeasonalNaive(signature));
    }

    protected override IFittedForecaster Load(ModelSignature signature, JsonObject hyperparameters, JsonObject model) =>
        new FittedSeasonalNaive(signature);

    private sealed class FittedSeasonalNaive(ModelSignature signature) : FittedReference(signature)
    {
        public override bool Applies(PreparedSeries history, int origin) =>
            Array.BinarySearch(history.Timestamps, 0, origin + 1, history.Timestamps[origin] + history.Step - _season) >= 0;

        protected override void Fill(PreparedSeries history, int column, int origin, int steps, double[,,] into, int n, int m)
        {
            for (var h = 0; h < steps; h++)
            {
                var time = history.Timestamps[origin] + ((h + 1) * history.Step);
                do
                    time -= _season;
                while (time > history.Timestamps[origin]);

                // By time, not by counting rows: the day before may lie behind a gap.
                var row = Array.BinarySearch(history.Timestamps, 0, origin + 1, time);
                if (row < 0)
                    throw new NotApplicableException(
                        $"SEASONAL_NAIVE has no row at {time:yyyy-MM-dd HH:mm:ss}, one day before a scored row.");
                into[n, h, m] = history.Values[column][row];
            }
        }
    }
}
