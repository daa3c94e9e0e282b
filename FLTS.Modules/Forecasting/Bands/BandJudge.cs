using FLTS.Forecasting.Backtests;
using FLTS.Forecasting.Intervals;
using FLTS.Forecasting.Metrics;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Scaling;

namespace FLTS.Forecasting.Bands;

/// <summary>Asks models for the cells of a <see cref="BandFrame"/> and sums their errors; the forecasts themselves are not kept.</summary>
/// <param name="frame">What is asked for.</param>
/// <param name="scaler">Train statistics of the targets: errors are on their min-max scale.</param>
/// <param name="targets">[M]</param>
/// <param name="targetWeights">Weight of each target in what is pooled; null: equal.</param>
public sealed class BandJudge(
    BandFrame frame, Scaler scaler, IReadOnlyList<string> targets, IReadOnlyDictionary<string, double>? targetWeights = null)
{
    private readonly ColumnScale[] _columns = [.. targets.Select(t => scaler[t])];
    private readonly double[] _weights = [.. targets.Select(t => targetWeights?.GetValueOrDefault(t, 1) ?? 1)];

    /// <summary>Errors of a model at all bands; those that it has no answer for are named.</summary>
    /// <param name="name">Of the model, for messages.</param>
    /// <param name="model">On the rows of the frame.</param>
    /// <param name="intervals">From its own residuals, targets in the order of the forecasts; null: it has none.</param>
    /// <param name="cancellation">Looked at between batches.</param>
    /// <exception cref="NonFiniteForecastException">A forecast is NaN or infinite.</exception>
    public ModelErrors Judge(string name, ForecastReplay model, ConformalIntervals? intervals, CancellationToken cancellation)
    {
        var errors = new ModelErrors(frame.NotJudged);

        // Bands of the same origins are one question: what is fed its own forecasts rolls out once.
        foreach (var question in frame.Bands.GroupBy(b => b.Places))
            Ask([.. question]);

        return errors;

        void Ask(JudgedBand[] bands)
        {
            try
            {
                errors.Add(Sum(name, bands, model, intervals, cancellation));
            }
            catch (FltsException e) when (bands.Length == 1 && e is not NonFiniteForecastException)
            {
                errors.AddNotJudged(bands[0].Band, e.Message);
            }
            catch (FltsException e) when (e is not NonFiniteForecastException)
            {
                // It does not reach all of them: which it does is found by asking for each.
                foreach (var band in bands)
                    Ask([band]);
            }
        }
    }

    /// <summary>Of a model that has no answer at any band.</summary>
    public ModelErrors None(string why)
    {
        var errors = new ModelErrors(frame.NotJudged);
        foreach (var band in frame.Bands)
            errors.AddNotJudged(band.Band, why);
        return errors;
    }

    private List<BandErrors> Sum(
        string name, JudgedBand[] bands, ForecastReplay model, ConformalIntervals? intervals, CancellationToken cancellation)
    {
        var sums = bands.Select(b => new Sums(b, targets.Count)).ToArray();
        int[] leads = [.. bands.SelectMany(b => b.Asked)];
        var (origins, done) = (bands[0].Origins, 0);
        foreach (var batch in origins.Chunk(RollingBacktest.BatchOf(leads[^1], targets.Count)))
        {
            cancellation.ThrowIfCancellationRequested();
            var forecast = model.ForecastAt(batch, leads);
            var stated = intervals is null ? null : model.Stated(batch);
            for (var n = 0; n < batch.Length; n++, done++)
            {
                var l = 0;
                foreach (var sum in sums)
                {
                    for (var asked = 0; asked < sum.Band.Asked.Length; asked++, l++)
                    {
                        for (var m = 0; m < targets.Count; m++)
                            AddCell(sum, (done, asked, m), (batch[n], forecast[n, l, m]), intervals, stated?[n, m] ?? default);
                    }
                }
            }
        }

        return [.. sums.Select(s => s.Errors(_weights))];

        void AddCell(
            Sums into, (int Origin, int Asked, int Target) at, (int Row, double Forecast) made, ConformalIntervals? around,
            PlausibleRange within)
        {
            var (m, lead) = (at.Target, into.Band.Asked[at.Asked]);
            if (!double.IsFinite(made.Forecast))
                throw new NonFiniteForecastException(
                    $"{name}: a forecast of '{targets[m]}' {lead} steps ahead is {(double.IsNaN(made.Forecast) ? "NaN" : "infinite")}; "
                    + "every forecast must be finite.");
            if (_columns[m].Flat || frame.Frame.TruthAt(m, made.Row, lead) is var truth && double.IsNaN(truth))
                return;

            var range = _columns[m].Max - _columns[m].Min;
            into.Add(at.Origin, at.Asked, m, (made.Forecast - truth) / range, _weights[m]);
            if (around is not null)
            {
                into.Cell(at.Asked, m).Add(
                    truth,
                    range,
                    around.Around(m, lead - 1, made.Forecast, 80, within),
                    around.Around(m, lead - 1, made.Forecast, 95, within));
            }
        }
    }

    /// <summary>What is summed of one band.</summary>
    private sealed class Sums(JudgedBand band, int targets)
    {
        private readonly LeadSums[][] _leads = [.. band.Asked.Select(_ => new LeadSums[targets])];
        private readonly bool[] _counts = [.. band.Asked.Select(band.Counted.Contains)];
        private readonly double[] _weight = new double[band.Origins.Length];
        private readonly double[] _squares = new double[band.Origins.Length];
        private readonly double[] _absolutes = new double[band.Origins.Length];

        public JudgedBand Band => band;

        public ref LeadSums Cell(int asked, int target) => ref _leads[asked][target];

        public void Add(int origin, int asked, int target, double error, double weight)
        {
            Cell(asked, target).Add(error);
            if (!_counts[asked])
                return;
            _weight[origin] += weight;
            _squares[origin] += weight * error * error;
            _absolutes[origin] += weight * Math.Abs(error);
        }

        public BandErrors Errors(double[] weights) =>
            new(band, _leads, weights, new OriginErrors(band.Places, _weight, _squares, _absolutes));
    }
}
