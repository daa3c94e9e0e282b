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
    private readonly int _steps, _computed;
    private readonly double[] _forecast; // [N, M, computed steps]
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
        Dictionary<PreparedSeries, Source>? sources = null; // Mostly all windows are of one series, or there is one.
        for (var n = 0; n < windows.Count; n++)
        {
            var window = windows[n];
            if (!window.HasRows(signature.InputLength))
                throw new InvalidInputException(
                    $"{signature.ModelType} needs {signature.InputLength} rows without a gap up to row {window.Origin}; the series of "
                    + $"{window.Series.Rows} rows does not have them there.");
            _places[n] = (n > 0 && _places[n - 1].Source is { } last && last.Series == window.Series ? last : Of(window), window.Origin);
        }

        _computed = (steps + signature.Horizon - 1) / signature.Horizon * signature.Horizon;
        _forecast = new double[windows.Count * signature.Targets.Count * _computed];
        _next = steps > signature.Horizon ? [.. signature.Inputs.Select(Next)] : [];

        Source Of(Window window)
        {
            if (windows.Count == 1)
                return new Source(signature, window.Series);
            sources ??= new Dictionary<PreparedSeries, Source>(ReferenceEqualityComparer.Instance);
            if (!sources.TryGetValue(window.Series, out var source))
                sources[window.Series] = source = new Source(signature, window.Series);
            return source;
        }
    }

    /// <summary>N.</summary>
    public int Windows => _places.Length;

    /// <summary>Whether all steps are there.</summary>
    public bool Done => _done >= _steps;

    /// <summary>Normalised rows up to the origins.</summary>
    /// <param name="norm">The model's.</param>
    /// <param name="into">[L, N, F] Told.</param>
    public void FirstWindow(Normalisation norm, Span<float> into)
    {
        var (rows, inputs) = (_signature.InputLength, _signature.Inputs.Count);
        for (var n = 0; n < _places.Length; n++)
        {
            var (source, origin) = _places[n];
            for (var f = 0; f < inputs; f++)
            {
                var (code, at) = (norm.Inputs[f], (n * inputs) + f);
                foreach (var value in source.Inputs[f].AsSpan(origin - rows + 1, rows))
                {
                    into[at] = (float)code.Encode(value);
                    at += _places.Length * inputs;
                }
            }
        }
    }

    /// <summary>Normalised rows that end with the newest forecast.</summary>
    /// <param name="norm">The model's.</param>
    /// <param name="into">[rows, N, F] Told.</param>
    public void LastRows(Normalisation norm, Span<float> into)
    {
        var inputs = _signature.Inputs.Count;
        var rows = into.Length / (_places.Length * inputs);
        for (var f = 0; f < inputs; f++)
        {
            var (code, next, at) = (norm.Inputs[f], _next[f], f);
            for (var row = 0; row < rows; row++)
            {
                for (var n = 0; n < _places.Length; n++, at += inputs)
                    into[at] = (float)code.Encode(next(n, _done - rows + row));
            }
        }
    }

    /// <summary>Takes the net's next outputs, [N, horizon, M].</summary>
    public void Append(Normalisation norm, ReadOnlySpan<float> outputs)
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
                    _forecast[At(n, m, _done + h)] = norm.Decode(m, outputs[(((n * horizon) + h) * targets) + m], last);
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
                    into[start + n, h, m] = _forecast[At(n, m, h)];
            }
        }
    }

    private int At(int n, int target, int step) => (((n * _signature.Targets.Count) + target) * _computed) + step;

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
        _places[n].Source.Fed.Of(target, _forecast[At(n, target, step)], _places[n].Origin);

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
        public PreparedSeries Series => series;

        public double[][] Inputs { get; } = Columns(series, signature.Inputs);

        public double[][] Targets { get; } = Columns(series, signature.Targets);

        /// <summary>Only a forecast beyond the horizon asks.</summary>
        public FedBack Fed => field ??= new FedBack(signature, series);

        private static double[][] Columns(PreparedSeries series, IReadOnlyList<string> names)
        {
            var columns = new double[names.Count][];
            for (var i = 0; i < columns.Length; i++)
                columns[i] = series.Values[i < series.Columns.Count && series.Columns[i] == names[i] ? i : series.IndexOf(names[i])];
            return columns;
        }
    }
}
