using System.Globalization;
using FLTS.Forecasting.Profiling;
using FLTS.Forecasting.Series;
using FLTS.Forecasting.Series.Grid;
using ScottPlot;

namespace FLTS.Modules.Datasets;

/// <summary><c>GET /datasets/{name}/plots/{column}</c>: the series, its day profile and its distribution.</summary>
internal static class ColumnPlot
{
    private const int Width = 1200;
    private const int Height = 800;
    private const int DayBins = 96;
    private const int Bars = 60;

    private static readonly Color _trainColor = Color.FromHex("#1f5fa8");
    private static readonly Color _trainLight = Color.FromHex("#9dbfe3");
    private static readonly Color _testColor = Color.FromHex("#d0641a");
    private static readonly Color _testLight = Color.FromHex("#f2bc8d");

    /// <summary>A PNG of 1200 x 800 pixels. Its size does not grow with the rows.</summary>
    /// <param name="title">Written above.</param>
    /// <param name="column">One of <paramref name="train"/>'s columns.</param>
    /// <param name="train">The train file, or the only one.</param>
    /// <param name="test">The test file, or null.</param>
    public static byte[] Draw(string title, string column, RawTable train, RawTable? test)
    {
        var first = SeriesFrame.From(Only(train, column), SeriesFrame.DefaultMaxGapSteps);
        var second = test is null || !test.Columns.Contains(column)
            ? null
            : SeriesFrame.From(Only(test, column), SeriesFrame.DefaultMaxGapSteps, first.Step);
        var multiplot = new Multiplot();
        multiplot.AddPlots(3);
        multiplot.Layout = new Layout();
        Series(multiplot.GetPlot(0), title, column, first, second);
        Day(multiplot.GetPlot(1), column, first);
        Distribute(multiplot.GetPlot(2), column, first, second);
        var font = PlotText.FontFor(title);
        foreach (var plot in multiplot.GetPlots())
        {
            plot.Font.Set(font);
            plot.Axes.Right.MinimumSize = 40; // The last label stands over the edge.
            plot.Legend.ShadowColor = Colors.Transparent;
            plot.Legend.OutlineColor = Colors.Transparent;
            plot.Legend.BackgroundColor = Colors.White.WithAlpha(0.8);
        }

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
        StatedStep = table.StatedStep,
        Resampling = table.Resampling,
        Clock = table.Clock,
    };

    private static void Series(Plot plot, string title, string column, SeriesFrame train, SeriesFrame? test)
    {
        var span = (test ?? train).Timestamps[^1] - train.Timestamps[0];
        double[] seen = [.. Moments.Observed(train.Values[0]), .. test is null ? [] : Moments.Observed(test.Values[0])];
        var (least, greatest) = seen.Length > 0 ? Statistics.Range(seen) : (0, 1);

        // About one stretch a pixel; where rows are fewer, a stretch is a row.
        Line(plot, Envelope.Of(train, 0, Stretches(train)), _trainColor, _trainLight, test is null ? "" : "train");
        if (test is not null)
            Line(plot, Envelope.Of(test, 0, Stretches(test)), _testColor, _testLight, "test");

        plot.Axes.DateTimeTicksBottom().TickGenerator = new ScottPlot.TickGenerators.DateTimeAutomatic
        {
            LabelFormatter = time => time.ToString(
                span < TimeSpan.FromDays(2) ? "MM-dd HH:mm" : span < TimeSpan.FromDays(100) ? "ddd yyyy-MM-dd" : "yyyy-MM-dd",
                CultureInfo.InvariantCulture),
        };
        PlotText.LabelNumbers(plot.Axes.Left, least, greatest);
        var rows = (train.Report.RowsRead + (test?.Report.RowsRead ?? 0)).ToString("N0", CultureInfo.InvariantCulture);
        plot.Title($"{PlotText.Short(title)} \u2014 {rows} rows, one every {PlotText.Step(train.Step)}", 15);
        plot.YLabel(PlotText.Short(column), 14);
        plot.Axes.Margins(0.01, 0.01, 0.05, 0.14); // Room for the legend above the lines.
        if (Statistics.IsFlat(least, greatest))
            // Axes cannot be as narrow as rounding is.
            plot.Axes.SetLimitsY(least - Math.Max(1, Math.Abs(least) * 0.1), least + Math.Max(1, Math.Abs(least) * 0.1));
        plot.ShowLegend(Alignment.UpperRight, Orientation.Horizontal);

        int Stretches(SeriesFrame frame) => Math.Max(
            10, (int)(1000 * ((frame.Timestamps[^1] - frame.Timestamps[0]) / (span == TimeSpan.Zero ? TimeSpan.FromTicks(1) : span))));
    }

    /// <summary>
    /// From the least to the greatest value of each stretch in the light color, over it the middle one: extremes stay visible and do
    /// not hide where most values are.
    /// </summary>
    private static void Line(Plot plot, Envelope envelope, Color color, Color light, string name)
    {
        if (Array.TrueForAll(envelope.Low, double.IsNaN))
            return;

        var count = envelope.Times.Length;
        double[] xs = [.. envelope.Times.Select(t => t.ToOADate())];
        var isWide = Enumerable.Range(0, count).Any(b => envelope.High[b] > envelope.Low[b]);
        if (isWide)
        {
            // Down and up again within a stretch covers what a line through all of its rows would.
            var range = plot.Add.ScatterLine(
                Enumerable.Range(0, 2 * count).Select(i => xs[i / 2]).ToArray(),
                Enumerable.Range(0, 2 * count).Select(i => i % 2 == 0 ? envelope.Low[i / 2] : envelope.High[i / 2]).ToArray(),
                light);
            range.LineWidth = 1;
            range.LegendText = name == "test" ? "" : $"least to greatest in {PlotText.Time(envelope.Stretch)}";
        }

        // A line needs two points: a value between missing ones is a dot.
        bool Seen(int b) => b >= 0 && b < count && !double.IsNaN(envelope.Low[b]);
        int[] alone = [.. Enumerable.Range(0, count).Where(b => Seen(b) && !Seen(b - 1) && !Seen(b + 1))];
        if (alone.Length > 0)
            plot.Add.Markers(
                alone.Select(b => xs[b]).ToArray(),
                alone.Select(b => envelope.Median[b]).ToArray(),
                MarkerShape.FilledCircle,
                4,
                color);

        var line = plot.Add.ScatterLine(xs, envelope.Median, color);
        line.LineWidth = 1;
        line.LegendText = isWide && name.Length == 0 ? "median" : name;
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
        plot.XLabel("hour of day", 13);
        plot.YLabel(PlotText.Short(column), 14);
        plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericFixedInterval(3);
        PlotText.LabelNumbers(
            plot.Axes.Left,
            seen.Select(b => day.Q25[b]).DefaultIfEmpty(0).Min(),
            seen.Select(b => day.Q75[b]).DefaultIfEmpty(1).Max());
        plot.Axes.Margins(0, 0, 0.05, 0.2);
        plot.Axes.SetLimitsX(0, 24);
        plot.ShowLegend(Alignment.UpperLeft, Orientation.Horizontal); // Above the lines; nights are low besides.
    }

    private static void Distribute(Plot plot, string column, SeriesFrame train, SeriesFrame? test)
    {
        double[] all = test is null ? train.Values[0] : [.. train.Values[0], .. test.Values[0]];
        if (Array.TrueForAll(all, double.IsNaN))
        {
            plot.Title("no values", 14);
            return;
        }

        var distribution = Distribution.Of(all, Bars);
        var edges = distribution.Edges;
        var shares = distribution.Shares(train.Values[0]);
        var bars = plot.Add.Bars(
            [.. Enumerable.Range(0, shares.Length).Select(b => (edges[b] / 2) + (edges[b + 1] / 2))],
            [.. shares.Select(s => double.IsNaN(s) ? 0 : 100 * s)]);
        foreach (var bar in bars.Bars)
        {
            bar.Size = edges[1] - edges[0];
            bar.FillColor = test is null ? _trainColor : _trainLight;
            bar.LineColor = Colors.White;
            bar.LineWidth = 1;
        }

        var highest = bars.Bars.Max(b => b.Value);
        if (test is not null && distribution.Shares(test.Values[0]) is var compared && !double.IsNaN(compared[0]))
        {
            var steps = plot.Add.ScatterLine(
                Enumerable.Range(0, 2 * compared.Length).Select(i => edges[(i + 1) / 2]).ToArray(),
                Enumerable.Range(0, 2 * compared.Length).Select(i => 100 * compared[i / 2]).ToArray(),
                _testColor);
            steps.LineWidth = 1.5f;
            steps.LegendText = "test";
            bars.LegendText = "train";
            highest = Math.Max(highest, 100 * compared.Max());
            plot.ShowLegend(Alignment.UpperRight, Orientation.Horizontal);
        }

        var (least, greatest) = Statistics.Range(Moments.Observed(all));
        var share = distribution.Beyond.ToString("0.##%", CultureInfo.InvariantCulture);
        var beyond = distribution switch
        {
            { Beyond: 0 } => "",
            { IsLogarithmic: true } => $"; {share} are less, down to {PlotText.InShort(least)}",
            _ => $"; {share} lie outside, from {PlotText.InShort(least)} to {PlotText.InShort(greatest)}",
        };
        plot.Title($"distribution{(distribution.IsLogarithmic ? ", logarithmic" : "")}{beyond}", 14);
        plot.XLabel(PlotText.Short(column), 14);
        plot.YLabel("% of the rows", 13);
        if (distribution.IsLogarithmic)
            PlotText.LabelPowers(plot.Axes.Bottom);
        else
            PlotText.LabelNumbers(plot.Axes.Bottom, edges[0], edges[^1]);
        plot.Axes.Margins(0.02, 0.05);
        plot.Axes.SetLimitsY(0, highest * 1.15);
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
