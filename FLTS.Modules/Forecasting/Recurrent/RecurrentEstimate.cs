using System.Globalization;
using FLTS.Forecasting.Recurrent.Net;

namespace FLTS.Forecasting.Recurrent;

/// <summary>What training nets takes.</summary>
internal static class RecurrentEstimate
{
    /// <summary>Weights, gradients, Adam's two moments, the best epoch's weights, and a checkpoint of weights and moments.</summary>
    private const int Copies = 6;

    /// <param name="parameters">Of the nets.</param>
    /// <param name="gates">Of a cell: 3 (GRU) or 4 (LSTM).</param>
    /// <param name="size">Of the data.</param>
    public static FitEstimate Of(RecurrentHyperparameters parameters, int gates, FitSize size)
    {
        double hidden = parameters.HiddenSize;
        var weights = (hidden + 1) * size.Targets * parameters.Horizon;
        for (var layer = 0; layer < parameters.NumLayers; layer++)
            weights += gates * hidden * ((layer == 0 ? size.Columns : hidden) + hidden + 2);

        // Of every row of a window each layer keeps its gates, forward and backward, and its state.
        var batch = Math.Min(parameters.BatchSize, size.Rows);
        var kept = (double)batch * parameters.InputLen * parameters.NumLayers * hidden * ((2 * gates) + 2);
        var data = (double)size.Rows * size.Columns * 2;
        var bytes = sizeof(float) * ((parameters.Members * ((Copies * weights) + kept)) + data);
        var operations = 6.0 * parameters.Members * weights * parameters.InputLen * size.Rows * parameters.Epochs;
        return new FitEstimate(bytes, operations, string.Create(
            CultureInfo.InvariantCulture,
            $"members {parameters.Members} x {weights:N0} weights of {parameters.NumLayers} layers of {parameters.HiddenSize} units, "
            + $"{Copies} copies; {batch} windows of {parameters.InputLen} rows a step; {parameters.Epochs} epochs of at least "
            + $"{size.Rows:N0} rows"));
    }
}
