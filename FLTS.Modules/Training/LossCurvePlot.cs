using ScottPlot;

namespace FLTS.Modules.Training;

/// <summary><c>plots/loss_curve.png</c>: train and validation loss by epoch, the kept epoch marked.</summary>
internal static class LossCurvePlot
{
    private const int Width = 900;
    private const int Height = 540;

    /// <returns>A PNG of 900 x 540 pixels.</returns>
    public static byte[] Draw(string title, FitResult fit)
    {
        using var plot = new Plot();
        var epochs = fit.History.Select(e => (double)e.Epoch).ToArray();
        var train = plot.Add.Scatter(epochs, fit.History.Select(e => e.TrainLoss).ToArray());
        train.LegendText = "train";
        var validated = fit.History.Where(e => e.ValLoss is not null).ToList();
        if (validated.Count > 0)
        {
            var validation = plot.Add.Scatter(
                validated.Select(e => (double)e.Epoch).ToArray(),
                validated.Select(e => e.ValLoss!.Value).ToArray());
            validation.LegendText = "validation";
        }

        if (fit.BestEpoch is { } best)
        {
            var line = plot.Add.VerticalLine(best);
            line.LegendText = $"kept: epoch {best}";
            line.LinePattern = LinePattern.Dashed;
            line.Color = Colors.Gray;
        }

        plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic { IntegerTicksOnly = true };
        plot.Title(title);
        plot.XLabel("epoch");
        plot.YLabel("loss");
        plot.ShowLegend(Edge.Bottom);
        return plot.GetImageBytes(Width, Height, ImageFormat.Png);
    }
}
