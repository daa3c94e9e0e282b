using FLTS.Forecasting.Features;
using FLTS.Forecasting.Recurrent.Net;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Recurrent;

/// <summary>
/// Forecasts from several origins side by side, longer than the model's horizon by feeding forecasts back:
/// targets from the forecast, calendar from the time, lags from the forecast or the rows before.
/// </summary>
internal sealed class Rollout
{
    private readonly ModelSignature _signature;
    private readonly PreparedSeries _history;
    private readonly FedBack _fed;
    private readonly int[] _origins, _inputs, _targets;
    private readonly int _steps;
    private readonly double[][][] _forecast; // [N][M][computed steps]
    private readonly Func<int, int, double>[] _next; // [F] (origin's position, step from 0) => value
    private int _done;

    /// <exception cref="InvalidInputException">An origin has too few rows before it, or an input cannot be known beyond
    /// the model's horizon.</exception>
    public Rollout(ModelSignature signature, PreparedSeries history, ReadOnlySpan<int> origins, int steps)
    {
        (_signature, _history, _steps, _origins) = (signature, history, steps, origins.ToArray());
        _fed = new FedBack(signature, history);
        _inputs = [.. signature.Inputs.Select(history.IndexOf)];
        _targets = [.. signature.Targets.Select(history.IndexOf)];
        foreach (var origin in _origins)
        {
            if (!new Window(history, origin).HasRows(signature.InputLength))
                throw new InvalidInputException(
                    $"{signature.ModelType} needs {signature.InputLength} rows without a gap up to row {origin}; the series of "
                    + $"{history.Rows} rows does not have them there.");
        }

        var computed = (steps + signature.Horizon - 1) / signature.Horizon * signature.Horizon;
        _forecast = [.. _origins.Select(_ => _targets.Select(_ => new double[computed]).ToArray())];
        _next = steps > signature.Horizon ? [.. signature.Inputs.Select(Next)] : [];
    }

    /// <summary>N.</summary>
    public int Origins => _origins.Length;

    /// <summary>Whether all steps are there.</summary>
    public bool Done => _done >= _steps;

    /// <summary>[L, N, F] Normalised rows up to the origins.</summary>
    public float[] FirstWindow(Normalisation norm) =>
        Rows(norm, _signature.InputLength, (n, f, row) => _history.Values[_inputs[f]][_origins[n] - _signature.InputLength + 1 + row]);

    /// <summary>[rows, N, F] Normalised rows that end with the newest forecast.</summary>
    public float[] LastRows(Normalisation norm, int rows) => Rows(norm, rows, (n, f, row) => _next[f](n, _done - rows + row));

    /// <summary>Takes the net's next outputs, [N, horizon, M].</summary>
    public void Append(Normalisation norm, float[] outputs)
    {
        var (horizon, targets) = (_signature.Horizon, _targets.Length);
        for (var n = 0; n < _origins.Length; n++)
        {
            for (var m = 0; m < targets; m++)
            {
                var last = _done == 0
                    ? _history.Values[_targets[m]][_origins[n]]
                    : FedBack(n, m, _done - 1);
                for (var h = 0; h < horizon; h++)
                    _forecast[n][m][_done + h] = norm.Decode(m, outputs[(((n * horizon) + h) * targets) + m], last);
            }
        }

        _done += horizon;
    }

    /// <summary>Writes the steps asked for to [start + n, h, m].</summary>
    public void CopyTo(double[,,] into, int start)
    {
        for (var n = 0; n < _origins.Length; n++)
        {
            for (var m = 0; m < _targets.Length; m++)
            {
                for (var h = 0; h < _steps; h++)
                    into[start + n, h, m] = _forecast[n][m][h];
            }
        }
    }

    private float[] Rows(Normalisation norm, int rows, Func<int, int, int, double> value)
    {
        var encoded = new float[rows * _origins.Length * _inputs.Length];
        var at = 0;
        for (var row = 0; row < rows; row++)
        {
            for (var n = 0; n < _origins.Length; n++)
            {
                for (var f = 0; f < _inputs.Length; f++)
                    encoded[at++] = (float)norm.Inputs[f].Encode(value(n, f, row));
            }
        }

        return encoded;
    }

    private Func<int, int, double> Next(string input)
    {
        if (Target(input) is var target and >= 0)
            return (n, step) => FedBack(n, target, step);
        if (CalendarFeatures.IsCalendar(input))
            return (n, step) => CalendarFeatures.Value(input, _history.LocalTime(_origins[n], step + 1));
        if (Lags.TryParse(input, _signature.Inputs, out var source, out var lag)
            && Target(_signature.Inputs[source]) is var lagged and >= 0)
            return (n, step) =>
                step >= lag ? FedBack(n, lagged, step - lag) : Earlier(input, lagged, _origins[n], _origins[n] + 1 + step - lag);
        throw new InvalidInputException(
            $"{_signature.ModelType} forecasts at most {_signature.Horizon} steps here, not {_steps}: input '{input}' is no target, so "
            + "its coming values are unknown.");
    }

    /// <summary>What is answered is the net's own; what it is fed is not further from train than is plausible.</summary>
    private double FedBack(int n, int target, int step) => _fed.Of(target, _forecast[n][target][step], _origins[n]);

    private int Target(string column)
    {
        for (var m = 0; m < _signature.Targets.Count; m++)
        {
            if (_signature.Targets[m] == column)
                return m;
        }

        return -1;
    }

    private double Earlier(string input, int target, int origin, int row) =>
        row >= 0 && _history.Segments[row] == _history.Segments[origin]
            ? _history.Values[_targets[target]][row]
            : throw new InvalidInputException(
                $"{_signature.ModelType}: input '{input}' reaches {origin - row} rows behind row {origin}, further than the series goes "
                + "without a gap; give more rows or forecast fewer steps.");
}
