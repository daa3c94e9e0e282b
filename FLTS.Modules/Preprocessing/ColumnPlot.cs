using System.Globalization;
using FLTS.Modules.Forecasting.Preparation;
using FLTS.Modules.Forecasting.Profiling;
using FLTS.Modules.Forecasting.Series;
using ScottPlot;

namespace FLTS.Modules.Preprocessing;

/// <summary><c>GET /datasets/{name}/plots/{column}</c>: the series, its day profile and its distribution.</summary>
internal static class ColumnPlot
{
    private const int Width = 1200;
    private const int Height = 800;
    private const int DayBins = 96;
    private const int Bars = 60;

    private static readonly Color _trainColor = Color.FromHex("#1f5fa8");
    private static readonly Color _testColor = Color.FromHex("#d9792b");

    /// <summary>A PNG of 1200 x 800 pixels. Its size does not grow with the rows.</summary>
    /// <param name="title">Written above.</param>
    /// <param name="column">One of <paramref name="train"/>'s columns.</param>
    /// <param name="train">The train file, or the only one.</param>
    /// <param name="test">The test file, or null.</param>
    public static byte[] Draw(string title, string column, RawTable train, RawTable? test)
    {
        var first = SeriesFrame.From(Only(train, column), SeriesFrame.DefaultMaxGapSteps);
        var second = test is null || !test.Columns.Contains(column) ? null : SeriesFrame.From(Only(test, column), SeriesFrame.DefaultMaxGapSteps, first.Step);
        var multiplot = new Multiplot();
        multiplot.AddPlots(3);
        multiplot.Layout = new Layout();
        Series(multiplot.GetPlot(0), title, column, first, second);
        Day(multiplot.GetPlot(1), column, first);
        Distribution(multiplot.GetPlot(2), column, first, second);
        multiplot.GetPlot(0).Axes.Right.MinimumSize = multiplot.GetPlot(2).Axes.Right.MinimumSize = 40; // The last label stands over the edge.
        ShortenNumbers(multiplot.GetPlot(0).Axes.Left, multiplot.GetPlot(1).Axes.Left, multiplot.GetPlot(2).Axes.Bottom);
        return multiplot.Render(Width, Height).GetImageBytes();
    }

    private static RawTable Only(RawTable table, string column) => new()
    {
        Name = table.Name,
        Timestamps = table.Timestamps,
        TimestampColumn = table.TimestampColumn,
        Columns = [column],
        Values = [table.Take(table.Columns.ToList().IndexOf(column), 0, table.Rows)],
        Header = [column],
    };

    private static void Series(Plot plot, string title, string column, SeriesFrame train, SeriesFrame? test)
    {
        // About one stretch a pixel; where rows are fewer, least and greatest are the value itself.
        var span = (test ?? train).Timestamps[^1] - train.Timestamps[0];
        Line(plot, Envelope.Of(train, 0, Stretches(train)), _trainColor, test is null ? null : "train");
        if (test is not null)
            Line(plot, Envelope.Of(test, 0, Stretches(test)), _testColor, "test");

        plot.Axes.DateTimeTicksBottom().TickGenerator = new ScottPlot.TickGenerators.DateTimeAutomatic
        {
            LabelFormatter = time => time.ToString(span < TimeSpan.FromDays(2) ? "MM-dd HH:mm" : "yyyy-MM-dd", CultureInfo.InvariantCulture),
        };
        plot.Title(title, 16);
        plot.YLabel(column);
        plot.Axes.Margins(0.01, 0.06);
        double[] seen = [.. ColumnProfile.Observed(train.Values[0]), .. test is null ? [] : ColumnProfile.Observed(test.Values[0])];
        if (seen.Length > 0 && Statistics.Range(seen) is var (least, most) && Statistics.IsFlat(least, most))
            plot.Axes.SetLimitsY(least - Math.Max(1, Math.Abs(least) * 0.1), least + Math.Max(1, Math.Abs(least) * 0.1)); // Axes cannot be as narrow as rounding is.
        if (test is not null)
            plot.ShowLegend(Edge.Right);

        int Stretches(SeriesFrame frame) => Math.Max(10, (int)(1100 * ((frame.Timestamps[^1] - frame.Timestamps[0]) / (span == TimeSpan.Zero ? TimeSpan.FromTicks(1) : span))));
    }

    private static void Line(Plot plot, Envelope envelope, Color color, string? legend)
    {
        // Down and up again within a stretch draws what a line through all of its rows would.
        var (xs, ys) = (new List<double>(), new List<double>());
        for (var b = 0; b < envelope.Times.Length; b++)
        {
            var x = envelope.Times[b].ToOADate();
            xs.Add(x);
            ys.Add(envelope.Low[b]);
            if (envelope.High[b] > envelope.Low[b])
            {
                xs.Add(x);
                ys.Add(envelope.High[b]);
            }
        }

        // A line needs two points: a value between missing ones is a dot.
        bool Seen(int b) => b >= 0 && b < envelope.Low.Length && !double.IsNaN(envelope.Low[b]);
        int[] alone = [.. Enumerable.Range(0, envelope.Low.Length).Where(b => Seen(b) && !Seen(b - 1) && !Seen(b + 1))];
        if (alone.Length > 0)
            plot.Add.Markers(alone.Select(b => envelope.Times[b].ToOADate()).ToArray(), alone.Select(b => envelope.Low[b]).ToArray(), MarkerShape.FilledCircle, 4, color);

        var line = plot.Add.ScatterLine(xs.ToArray(), ys.ToArray(), color);
        line.LineWidth = 1;
        if (legend is not null)
            line.LegendText = legend;
    }

    private static void Day(Plot plot, string column, SeriesFrame train)
    {
        var day = DayProfile.Of(train, 0, DayBins);
        var seen = Enumerable.Range(0, day.Hours.Length).Where(b => !double.IsNaN(day.Median[b])).ToArray();
        double[] hours = [.. seen.Select(b => day.Hours[b])];
        var band = plot.Add.FillY(hours, [.. seen.Select(b => day.Q25[b])], [.. seen.Select(b => day.Q75[b])]);
        band.FillColor = _trainColor.WithAlpha(0.25);
        band.LineWidth = 0;
        band.LegendText = "middle half";
        var median = plot.Add.ScatterLine(hours, [.. seen.Select(b => day.Median[b])], _trainColor);
        median.LineWidth = 2;
        median.LegendText = "median";
        plot.Title("over the day (train)", 14);
        plot.XLabel("hour of day");
        plot.YLabel(column);
        plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericFixedInterval(3);
        plot.Axes.SetLimitsX(0, 24);
        plot.ShowLegend(Edge.Right);
    }

    /// <summary>A number of a hundred digits would leave no room for the plot, and one of 1e-12 be written as 0.</summary>
    private static void ShortenNumbers(params ReadOnlySpan<IAxis> axes)
    {
        foreach (var axis in axes)
        {
            axis.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic
            {
                LabelFormatter = value => value == 0 ? "0" : Math.Abs(value) switch
                {
                    >= 1e16 or < 1e-6 => value.ToString("0.###e+0", CultureInfo.InvariantCulture),
                    > 1000 => value.ToString("N0", CultureInfo.InvariantCulture),
                    _ => Math.Round(value, 10).ToString("G", CultureInfo.InvariantCulture),
                },
            };
        }
    }

    private static void Distribution(Plot plot, string column, SeriesFrame train, SeriesFrame? test)
    {
        double[] all = test is null ? train.Values[0] : [.. train.Values[0], .. test.Values[0]];
        if (Array.TrueForAll(all, double.IsNaN))
        {
            plot.Title("no values", 14);
            return;
        }

        var histogram = Histogram.Of(all, Bars);
        var bars = plot.Add.Bars(histogram.Centers, histogram.Counts.Select(c => (double)c).ToArray());
        foreach (var bar in bars.Bars)
        {
            bar.Size = histogram.Width;
            bar.FillColor = _trainColor.WithAlpha(0.7);
            bar.LineWidth = 0;
        }

        plot.Title("distribution", 14);
        plot.XLabel(column);
        plot.YLabel("rows");
        plot.Axes.Margins(0.02, 0.05);
        plot.Axes.SetLimitsY(0, histogram.Counts.Max() * 1.05);
    }

    /// <summary>The series across the upper half, the other two side by side below it.</summary>
    private sealed class Layout : IMultiplotLayout
    {
        public PixelRect[] GetSubplotRectangles(SubplotCollection subplots, PixelRect figureRect)
        {
            var (middle, center) = (figureRect.Top + (figureRect.Height * 0.5f), figureRect.Left + (figureRect.Width * 0.5f));
            return
            [
                new PixelRect(figureRect.Left, figureRect.Right, middle, figureRect.Top),
                new PixelRect(figureRect.Left, center, figureRect.Bottom, middle),
                new PixelRect(center, figureRect.Right, figureRect.Bottom, middle),
            ];
        }
    }
}
