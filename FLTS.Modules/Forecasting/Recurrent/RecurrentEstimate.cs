using System.Globalization;
using FLTS.Forecasting.Leads;
using FLTS.Forecasting.Recurrent.Net;

namespace FLTS.Forecasting.Recurrent;

/// <summary>What training nets takes.</summary>
internal static class RecurrentEstimate
{
    /// <summary>Weights, gradients, Adam's two moments, the best epoch's weights, and a checkpoint of weights and moments.</summary>
    private const int Copies = 6;

    /// <summary>Of each row of a window, layer and step, however small the net is.</summary>
    private const double OperationsBeside = 1e4;

    /// <summary>Windows that are forecast together.</summary>
    private const int Together = 512;

    /// <param name="parameters">Of the nets.</param>
    /// <param name="gates">Of a cell: 3 (GRU) or 4 (LSTM).</param>
    /// <param name="size">Of the data.</param>
    public static FitEstimate Of(RecurrentHyperparameters parameters, int gates, FitSize size)
    {
        var (hidden, weights) = ((double)parameters.HiddenSize, Weights(parameters, gates, size));

        // Of every row of a window each layer keeps its gates, forward and backward, and its state.
        var batch = (double)Math.Min(parameters.BatchSize, size.Rows);
        var kept = batch * parameters.InputLen * parameters.NumLayers * hidden * ((2 * gates) + 2);

        // The base's forecasts and the states that explain what it misses, in double precision; of one knot at a time answers and what
        // lies beside.
        var ofKnots = 2 * (((Knots(parameters) + 4.0) * size.Targets) + size.Columns + (parameters.Members * hidden));
        var data = (double)size.Rows * ((size.Columns * 2) + (parameters.LeadMode == LeadMode.Direct ? ofKnots : 0));
        var bytes = sizeof(float) * ((parameters.Members * ((Copies * weights) + kept)) + data);
        var steps = Math.Ceiling(size.Rows / batch) * parameters.Epochs * parameters.Members;
        var operations = (6.0 * parameters.Members * weights * parameters.InputLen * size.Rows * parameters.Epochs)
            + (OperationsBeside * steps * parameters.InputLen * parameters.NumLayers);
        return new FitEstimate(bytes, operations, string.Create(
            CultureInfo.InvariantCulture,
            $"members {parameters.Members} x {weights:N0} weights of {parameters.NumLayers} layers of {parameters.HiddenSize} units, "
            + $"{Copies} copies; {batch} windows of {parameters.InputLen} rows a step; {parameters.Epochs} epochs of at least "
            + $"{size.Rows:N0} rows"));
    }

    /// <summary>A forecast: every step, or as many as the horizon covers, sees the whole window anew.</summary>
    /// <param name="parameters">Of the nets.</param>
    /// <param name="gates">As above.</param>
    /// <param name="size">Of the data.</param>
    /// <param name="windows">N.</param>
    /// <param name="steps">H.</param>
    public static FitEstimate OfForecast(RecurrentHyperparameters parameters, int gates, FitSize size, double windows, int steps)
    {
        var kept = Math.Min(windows, Together) * parameters.InputLen * parameters.NumLayers * parameters.HiddenSize * (gates + 1);
        return FitEstimate.OfForecast(
            windows,
            steps,
            size,
            2.0 * parameters.Members * Weights(parameters, gates, size) * parameters.InputLen / Math.Min(
                parameters.LeadMode == LeadMode.Direct ? steps : parameters.Horizon, steps),
            sizeof(float) * parameters.Members * kept);
    }

    private static int Knots(RecurrentHyperparameters parameters) =>
        parameters.LeadMode == LeadMode.Direct ? Leads.Knots.All.Count : 1;

    /// <summary>Of one member.</summary>
    private static double Weights(RecurrentHyperparameters parameters, int gates, FitSize size)
    {
        double hidden = parameters.HiddenSize;
        var weights = (hidden + 1) * size.Targets * parameters.Horizon * Knots(parameters);
        for (var layer = 0; layer < parameters.NumLayers; layer++)
            weights += gates * hidden * ((layer == 0 ? size.Columns : hidden) + hidden + 2);
        return weights;
    }
}
