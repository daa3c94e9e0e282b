using FLTS.Forecasting.Features;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Models;

/// <summary>
/// Inputs of the steps behind an origin, for models that are fed their own forecasts: targets from the forecast, calendar from the time,
/// lags from the forecast or the rows before.
/// </summary>
internal sealed class ComingInputs
{
    private readonly ModelSignature _signature;
    private readonly PreparedSeries _history;
    private readonly FedBack _fed;
    private readonly Func<double[,,], int, int, int, double>[] _next;

    /// <exception cref="InvalidInputException">An input cannot be known beyond the model's horizon.</exception>
    public ComingInputs(ModelSignature signature, PreparedSeries history)
    {
        (_signature, _history, _fed) = (signature, history, new FedBack(signature, history));
        _next = [.. signature.Inputs.Select(Next)];
    }

    /// <summary>
    /// Whether a model's coming inputs all follow from its forecasts and the time; else it forecasts its own horizon at most.
    /// </summary>
    public static bool AreKnown(ModelSignature signature) => signature.Inputs.All(input =>
        Target(signature, input) >= 0
        || signature.KnownAhead.Contains(input, StringComparer.Ordinal)
        || CalendarFeatures.IsCalendar(input)
        || LaggedTarget(signature, input, out _) >= 0);

    /// <summary>The longest lead that a model can be asked for.</summary>
    public static int ReachOf(IFittedForecaster model) =>
        model.FeedsBack && !AreKnown(model.Signature) ? model.Signature.Horizon : int.MaxValue;

    /// <summary>Value of an input on the series' scale.</summary>
    /// <param name="input">Its position in the signature.</param>
    /// <param name="forecast">[N, H, M], filled up to <paramref name="step"/>.</param>
    /// <param name="n">The origin's position in <paramref name="forecast"/>.</param>
    /// <param name="origin">Its row.</param>
    /// <param name="step">0 is the row after the origin.</param>
    /// <exception cref="InvalidInputException">A lag reaches behind the gap before the origin.</exception>
    public double Value(int input, double[,,] forecast, int n, int origin, int step) => _next[input](forecast, n, origin, step);

    private Func<double[,,], int, int, int, double> Next(string input)
    {
        if (Target(_signature, input) is var target and >= 0)
            return (forecast, n, origin, step) => _fed.Of(target, forecast[n, step, target], origin);
        if (CalendarFeatures.IsCalendar(input))
            return (_, _, origin, step) => CalendarFeatures.Value(input, _history.LocalTime(origin, step + 1));
        if (LaggedTarget(_signature, input, out var lag) is var lagged and >= 0)
        {
            var values = _history.Values[_history.IndexOf(_signature.Targets[lagged])];
            return (forecast, n, origin, step) =>
                step >= lag
                    ? _fed.Of(lagged, forecast[n, step - lag, lagged], origin)
                    : values[Earlier(input, origin, origin + 1 + step - lag)];
        }

        throw new InvalidInputException(
            $"{_signature.ModelType} forecasts at most {_signature.Horizon} step{(_signature.Horizon == 1 ? "" : "s")} here: input "
            + $"'{input}' is no target, so its coming values are unknown.");
    }

    private int Earlier(string input, int origin, int row) => row >= 0 && _history.Segments[row] == _history.Segments[origin]
        ? row
        : throw new InvalidInputException(
            $"{_signature.ModelType}: input '{input}' reaches behind the gap before row {origin}; give more rows or forecast fewer steps.");

    private static int LaggedTarget(ModelSignature signature, string input, out int lag) =>
        Lags.TryParse(input, signature.Inputs, out var source, out lag) ? Target(signature, signature.Inputs[source]) : -1;

    private static int Target(ModelSignature signature, string column)
    {
        for (var m = 0; m < signature.Targets.Count; m++)
        {
            if (signature.Targets[m] == column)
                return m;
        }

        return -1;
    }
}
