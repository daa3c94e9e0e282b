using FLTS.Forecasting.Features;
using FLTS.Forecasting.Recurrent.Net;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Recurrent;

/// <summary>
/// Forecasts from several windows side by side, longer than the model's horizon by feeding forecasts back:
/// targets from the forecast, calendar from the time, lags from the forecast or the rows before.
/// </summary>
internal sealed class Rollout
{
    private readonly ModelSignature _signature;
    private readonly (Source Source, int Origin)[] _places; // [N]
    private readonly int _steps;
    private readonly double[][][] _forecast; // [N][M][computed steps]
    private readonly Func<int, int, double>[] _next; // [F] (window, step from 0) => value
    private int _done;

    /// <param name="signature">The model's.</param>
    /// <param name="windows">[N] Of any series.</param>
    /// <param name="steps">H.</param>
    /// <exception cref="InvalidInputException">An origin has too few rows before it, or an input cannot be known beyond
    /// the model's horizon.</exception>
    public Rollout(ModelSignature signature, IReadOnlyList<Window> windows, int steps)
    {
        (_signature, _steps, _places) = (signature, steps, new (Source, int)[windows.Count]);
        var sources = new Dictionary<PreparedSeries, Source>(ReferenceEqualityComparer.Instance);
        for (var n = 0; n < windows.Count; n++)
        {
            var window = windows[n];
            if (!window.HasRows(signature.InputLength))
                throw new InvalidInputException(
                    $"{signature.ModelType} needs {signature.InputLength} rows without a gap up to row {window.Origin}; the series of "
                    + $"{window.Series.Rows} rows does not have them there.");
            if (!sources.TryGetValue(window.Series, out var source))
                sources[window.Series] = source = new Source(signature, window.Series);
            _places[n] = (source, window.Origin);
        }

        var computed = (steps + signature.Horizon - 1) / signature.Horizon * signature.Horizon;
        _forecast = [.. _places.Select(_ => signature.Targets.Select(_ => new double[computed]).ToArray())];
        _next = steps > signature.Horizon ? [.. signature.Inputs.Select(Next)] : [];
    }

    /// <summary>N.</summary>
    public int Windows => _places.Length;

    /// <summary>Whether all steps are there.</summary>
    public bool Done => _done >= _steps;

    /// <summary>[L, N, F] Normalised rows up to the origins.</summary>
    public float[] FirstWindow(Normalisation norm) => Rows(
        norm,
        _signature.InputLength,
        (n, f, row) => _places[n].Source.Inputs[f][_places[n].Origin - _signature.InputLength + 1 + row]);

    /// <summary>[rows, N, F] Normalised rows that end with the newest forecast.</summary>
    public float[] LastRows(Normalisation norm, int rows) => Rows(norm, rows, (n, f, row) => _next[f](n, _done - rows + row));

    /// <summary>Takes the net's next outputs, [N, horizon, M].</summary>
    public void Append(Normalisation norm, float[] outputs)
    {
        var (horizon, targets) = (_signature.Horizon, _signature.Targets.Count);
        for (var n = 0; n < _places.Length; n++)
        {
            for (var m = 0; m < targets; m++)
            {
                var last = _done == 0
                    ? _places[n].Source.Targets[m][_places[n].Origin]
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
        for (var n = 0; n < _places.Length; n++)
        {
            for (var m = 0; m < _signature.Targets.Count; m++)
            {
                for (var h = 0; h < _steps; h++)
                    into[start + n, h, m] = _forecast[n][m][h];
            }
        }
    }

    private float[] Rows(Normalisation norm, int rows, Func<int, int, int, double> value)
    {
        var inputs = _signature.Inputs.Count;
        var encoded = new float[rows * _places.Length * inputs];
        var at = 0;
        for (var row = 0; row < rows; row++)
        {
            for (var n = 0; n < _places.Length; n++)
            {
                for (var f = 0; f < inputs; f++)
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
            return (n, step) => CalendarFeatures.Value(input, _places[n].Source.Series.LocalTime(_places[n].Origin, step + 1));
        if (Lags.TryParse(input, _signature.Inputs, out var source, out var lag)
            && Target(_signature.Inputs[source]) is var lagged and >= 0)
            return (n, step) => step >= lag ? FedBack(n, lagged, step - lag) : Earlier(input, lagged, n, 1 + step - lag);
        throw new InvalidInputException(
            $"{_signature.ModelType} forecasts at most {_signature.Horizon} steps here, not {_steps}: input '{input}' is no target, so "
            + "its coming values are unknown.");
    }

    /// <summary>What is answered is the net's own; what it is fed is not further from train than is plausible.</summary>
    private double FedBack(int n, int target, int step) =>
        _places[n].Source.Fed.Of(target, _forecast[n][target][step], _places[n].Origin);

    private int Target(string column)
    {
        for (var m = 0; m < _signature.Targets.Count; m++)
        {
            if (_signature.Targets[m] == column)
                return m;
        }

        return -1;
    }

    /// <param name="input">For the message.</param>
    /// <param name="target">Its source.</param>
    /// <param name="n">The window.</param>
    /// <param name="behind">Rows from its origin on, at most 0.</param>
    private double Earlier(string input, int target, int n, int behind)
    {
        var (source, origin) = _places[n];
        var row = origin + behind;
        return row >= 0 && source.Series.Segments[row] == source.Series.Segments[origin]
            ? source.Targets[target][row]
            : throw new InvalidInputException(
                $"{_signature.ModelType}: input '{input}' reaches {-behind} rows behind row {origin}, further than the series goes "
                + "without a gap; give more rows or forecast fewer steps.");
    }

    /// <summary>A series that windows are of, with its columns in the model's order.</summary>
    private sealed class Source(ModelSignature signature, PreparedSeries series)
    {
        public PreparedSeries Series { get; } = series;

        public double[][] Inputs { get; } = [.. signature.Inputs.Select(i => series.Values[series.IndexOf(i)])];

        public double[][] Targets { get; } = [.. signature.Targets.Select(t => series.Values[series.IndexOf(t)])];

        public FedBack Fed { get; } = new(signature, series);
    }
}
