using System.Buffers.Binary;
using FLTS.Forecasting.Intervals;
using FLTS.Forecasting.Leads;
using FLTS.Forecasting.Live;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Scaling;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Backtests;

/// <summary>A model whose canonical forecasts are made.</summary>
/// <param name="Forecaster">It.</param>
/// <param name="Scaler">Its scale.</param>
/// <param name="Intervals">Around its forecasts; null: it has none.</param>
public sealed record CanonicalModel(IFittedForecaster Forecaster, Scaler Scaler, ConformalIntervals? Intervals);

/// <summary>
/// The canonical forecasts of a model on rows as they are (FORECASTING.md 9), made as a backtest makes them, and what they sum to.
/// </summary>
public sealed class CanonicalForecasts
{
    /// <summary>Numbers of a packed forecast of a target at a lead: itself, and the ends of two intervals.</summary>
    public const int PackedNumbers = 5;

    private readonly PreparedSeries _rows;
    private readonly double[][] _truth;
    private readonly CanonicalModel _model;
    private readonly ForecastReplay _replay;
    private readonly ColumnScale[] _columns;
    private readonly Scaler _scale;
    private readonly CanonicalGrid _grid;
    private readonly int _firstTruth, _inputLength;

    /// <param name="rows">That it is asked on.</param>
    /// <param name="model">Can be asked on this data.</param>
    /// <param name="scale">Train statistics by whose ranges errors are scaled.</param>
    /// <param name="inputLength">Rows that an origin needs in one piece: of all models that are compared the longest input.</param>
    /// <param name="grid">Of origins.</param>
    public CanonicalForecasts(CanonicalRows rows, CanonicalModel model, Scaler scale, int inputLength, CanonicalGrid grid)
    {
        (_model, _grid, _inputLength) = (model, grid, inputLength);
        (_rows, _truth, _firstTruth, _scale) = (rows.Series, rows.Data.TestTruth, rows.Data.Train.Rows, rows.Data.Meta.Scaler);
        _columns = [.. model.Forecaster.Signature.Targets.Select(t => scale[t])];
        _replay = new ForecastReplay(_rows, rows.Data.Meta.Scaler, model.Forecaster, model.Scaler, rows.Rescaled);
    }

    /// <summary>Times that forecasts of a lead are made for, up to the newest row, in order.</summary>
    /// <param name="lead">In steps.</param>
    /// <param name="isWanted">Told the time; of rows that hold no truths none is asked for.</param>
    public IReadOnlyList<DateTime> Times(int lead, Func<DateTime, bool> isWanted) =>
        [.. Places(lead, isWanted).Select(p => p.Time)];

    /// <summary>Sums over the targets by the time that is forecast, in the order of time.</summary>
    /// <param name="lead">In steps, at most a season.</param>
    /// <param name="isWanted">Told the time.</param>
    /// <param name="cancellation">Looked at between batches.</param>
    public IReadOnlyList<(DateTime Time, CellSums Sums)> Score(int lead, Func<DateTime, bool> isWanted, CancellationToken cancellation) =>
        Score([(lead, isWanted)], cancellation)[0];

    /// <summary>The same of several leads: what they need in common is done once.</summary>
    /// <param name="leads">In steps, ascending, at most a season, with the times of each that are wanted.</param>
    /// <param name="cancellation">Looked at between batches.</param>
    /// <returns>By lead, in their order.</returns>
    /// <exception cref="InvalidInputException">The model has no answer at one of them: its inputs are not known there.</exception>
    public IReadOnlyList<IReadOnlyList<(DateTime Time, CellSums Sums)>> Score(
        IReadOnlyList<(int Lead, Func<DateTime, bool> IsWanted)> leads, CancellationToken cancellation)
    {
        int[] steps = [.. leads.Select(l => l.Lead)];
        var wanted = leads.Select(l => Places(l.Lead, l.IsWanted).ToDictionary(p => p.Origin, p => p.Time)).ToArray();
        var scored = leads.Select(_ => new List<(DateTime, CellSums)>()).ToArray();
        int[] all = [.. wanted.SelectMany(w => w.Keys).Distinct().Order()];
        foreach (var origins in all.Chunk(RollingBacktest.BatchOf(steps[^1], _columns.Length)))
        {
            cancellation.ThrowIfCancellationRequested();
            var (forecast, stated) = (_replay.ForecastAt(origins, steps), _replay.Stated(origins));
            for (var n = 0; n < origins.Length; n++)
            {
                for (var l = 0; l < steps.Length; l++)
                {
                    if (wanted[l].TryGetValue(origins[n], out var time))
                        scored[l].Add((time, SumsOf((n, l), (origins[n], steps[l]), forecast, stated)));
                }
            }
        }

        return scored;
    }

    /// <summary>
    /// How far the truths of times lay from the forecasts of the first leads, from origins at every step. None where the model has no
    /// intervals by which they could be normalised.
    /// </summary>
    /// <param name="longest">The longest lead, in steps; none further than the model answers and has residuals.</param>
    /// <param name="isWanted">Told the time.</param>
    /// <param name="cancellation">Looked at between batches.</param>
    /// <returns>In the order of time, the shorter lead before the longer.</returns>
    public IReadOnlyList<TruthErrors> Errors(int longest, Func<DateTime, bool> isWanted, CancellationToken cancellation)
    {
        if (_model.Intervals is not { } intervals)
            return [];

        int[] leads = [.. Enumerable.Range(1, Math.Min(longest, Math.Min(intervals.Steps, ComingInputs.ReachOf(_model.Forecaster))))];
        var wanted = Array.ConvertAll(
            leads, lead => Places(lead, isWanted, fromAll: true).Where(p => IsThere(p.Origin, lead)).Select(p => p.Origin).ToHashSet());
        var errors = new List<TruthErrors>();
        foreach (var origins in wanted.SelectMany(w => w).Distinct().Order().Chunk(RollingBacktest.BatchOf(leads[^1], _columns.Length)))
        {
            cancellation.ThrowIfCancellationRequested();
            var forecast = _replay.ForecastAt(origins, leads);
            for (var n = 0; n < origins.Length; n++)
            {
                foreach (var lead in leads.Where(l => wanted[l - 1].Contains(origins[n])))
                {
                    var of = (n, origins[n], lead);
                    errors.Add(new TruthErrors(
                        _rows.Timestamps[origins[n] + lead],
                        lead,
                        [.. Enumerable.Range(0, _columns.Length).Select(m => Error(intervals, m, of, forecast))]));
                }
            }
        }

        return [.. errors.OrderBy(e => e.Time).ThenBy(e => e.Lead)];
    }

    /// <summary>
    /// How far truths lay from packed forecasts of the knots behind the first leads, normalised. None where the model has no intervals by
    /// which that could be done, or such as have residuals at every step, between which nothing is interpolated.
    /// </summary>
    /// <param name="packed">As <see cref="Pack"/> gave them, of any time of the rows.</param>
    /// <param name="isWanted">Told the time of the truth.</param>
    public IEnumerable<TruthErrors> Errors(IEnumerable<(DateTime Origin, byte[] Packed)> packed, Func<DateTime, bool> isWanted)
    {
        if (_model.Intervals is not { } intervals || !intervals.Leads.All(Knots.All.Contains))
            yield break;

        var targets = _model.Forecaster.Signature.Targets;
        int[] columns = [.. targets.Select(_rows.IndexOf)];
        ColumnScale[] scales = [.. targets.Select(t => _scale[t])];
        foreach (var (time, forecast) in packed)
        {
            var origin = Array.BinarySearch(_rows.Timestamps, time);
            for (var l = 0; l < _grid.Leads.Count && origin >= 0; l++)
            {
                var lead = _grid.Leads[l];
                if (lead <= IntervalTracker.LongestLead || !intervals.Leads.Contains(lead) || !IsThere(origin, lead)
                    || !isWanted(_rows.Timestamps[origin + lead]))
                    continue;
                yield return new TruthErrors(_rows.Timestamps[origin + lead], lead, [.. columns.Select((column, m) => Error(m, column))]);

                double Error(int m, int column)
                {
                    var at = (((l * columns.Length) + m) * PackedNumbers) * sizeof(float);
                    double made = BinaryPrimitives.ReadSingleLittleEndian(forecast.AsSpan(at));
                    var scale = intervals.Scale(m, lead - 1, made);
                    return scale > 0 && !_columns[m].Flat && _rows.Observed[column][origin + lead]
                        ? (scales[m].Inverse(_rows.Values[column][origin + lead]) - made) / scale
                        : double.NaN;
                }
            }
        }
    }

    /// <summary>NaN: there is none.</summary>
    private double Error(ConformalIntervals intervals, int target, (int N, int Origin, int Lead) of, double[,,] forecast)
    {
        if (_columns[target].Flat)
            return double.NaN;
        var made = forecast[of.N, of.Lead - 1, target];
        var scale = intervals.Scale(target, of.Lead - 1, made);

        // A model that was never wrong on its validation part has no scale.
        return scale > 0 ? (Truth(target, of.Origin, of.Lead) - made) / scale : double.NaN;
    }

    private CellSums SumsOf((int N, int L) at, (int Origin, int Lead) of, double[,,] forecast, PlausibleRange[,] stated)
    {
        var sums = default(CellSums);
        for (var m = 0; m < _columns.Length; m++)
        {
            if (!_columns[m].Flat)
                sums = WithCell(sums, (m, of.Lead), forecast[at.N, at.L, m], stated[at.N, m], Truth(m, of.Origin, of.Lead));
        }

        return sums;
    }

    /// <summary>
    /// Forecasts of all leads from origins, packed: numbers of single precision, little-endian, by lead, target and <c>forecast, low and
    /// high of 80, low and high of 95</c>; NaN where there is none, as beyond what the model answers. None of a model that has to be told
    /// of coming steps.
    /// </summary>
    /// <param name="isWanted">Told the time of an origin.</param>
    /// <param name="cancellation">Looked at between batches.</param>
    public IReadOnlyList<(DateTime Origin, byte[] Packed)> Pack(Func<DateTime, bool> isWanted, CancellationToken cancellation)
    {
        if (_model.Forecaster.Signature.KnownAhead.Count > 0)
            return [];

        var packed = new List<(DateTime, byte[])>();
        int[] leads = [.. _grid.Leads.Where(lead => lead <= ComingInputs.ReachOf(_model.Forecaster))];
        var origins = Enumerable.Range(0, _rows.Rows)
            .Where(o => HasInput(o) && _grid.IsOrigin(_rows.Timestamps[o]) && isWanted(_rows.Timestamps[o]));
        foreach (var batch in origins.Chunk(RollingBacktest.BatchOf(leads[^1], _columns.Length)))
        {
            cancellation.ThrowIfCancellationRequested();
            var (forecast, stated) = (_replay.ForecastAt(batch, leads), _replay.Stated(batch));
            for (var n = 0; n < batch.Length; n++)
                packed.Add((_rows.Timestamps[batch[n]], Packed(n, forecast, stated)));
        }

        return packed;
    }

    private byte[] Packed(int n, double[,,] forecast, PlausibleRange[,] stated)
    {
        var bytes = new byte[_grid.Leads.Count * _columns.Length * PackedNumbers * sizeof(float)];
        var at = 0;
        for (var l = 0; l < _grid.Leads.Count; l++)
        {
            for (var m = 0; m < _columns.Length; m++)
            {
                var made = l < forecast.GetLength(1) ? forecast[n, l, m] : double.NaN;
                var (inner, outer) = (Around(m, _grid.Leads[l], made, 80, stated[n, m]), Around(m, _grid.Leads[l], made, 95, stated[n, m]));
                ReadOnlySpan<double> numbers =
                [
                    made, inner?.Low ?? double.NaN, inner?.High ?? double.NaN, outer?.Low ?? double.NaN, outer?.High ?? double.NaN,
                ];
                foreach (var number in numbers)
                {
                    BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(at), (float)number);
                    at += sizeof(float);
                }
            }
        }

        return bytes;
    }

    private CellSums WithCell(CellSums sums, (int Target, int Lead) of, double made, PlausibleRange within, double truth)
    {
        if (double.IsNaN(truth))
            return sums.WithUnmatched();

        var (column, (m, lead)) = (_columns[of.Target], of);
        var range = column.Max - column.Min;
        return sums.With(
            (made - truth) / range,
            IntervalSums.Of(truth, range, Around(m, lead, made, 80, within), Around(m, lead, made, 95, within)));
    }

    private (double Low, double High)? Around(int target, int lead, double made, double level, PlausibleRange within) =>
        double.IsFinite(made) ? _model.Intervals?.Around(target, lead - 1, made, level, within) : null;

    /// <summary>As a backtest has them: what comes after the newest row is no part of them, what a gap took away is.</summary>
    private IEnumerable<(int Origin, DateTime Time)> Places(int lead, Func<DateTime, bool> isWanted, bool fromAll = false)
    {
        for (var origin = Math.Max(0, _firstTruth - lead); origin + 1 < _rows.Rows; origin++)
        {
            if (!HasInput(origin) || _rows.Segments[origin + 1] != _rows.Segments[origin]
                || !(fromAll || _grid.IsOrigin(_rows.Timestamps[origin], lead)))
                continue;

            var isThere = IsThere(origin, lead);
            var time = isThere ? _rows.Timestamps[origin + lead] : _rows.Step.Next(_rows.Timestamps[origin], lead);
            if ((!isThere || origin + lead >= _firstTruth) && time <= _rows.Timestamps[^1] && isWanted(time))
                yield return (origin, time);
        }
    }

    private bool HasInput(int origin) =>
        origin >= _inputLength - 1 && _rows.Segments[origin - _inputLength + 1] == _rows.Segments[origin];

    private bool IsThere(int origin, int lead) =>
        origin + lead < _rows.Rows && _rows.Segments[origin + lead] == _rows.Segments[origin];

    private double Truth(int target, int origin, int lead) =>
        IsThere(origin, lead) ? _truth[target][origin + lead - _firstTruth] : double.NaN;
}
