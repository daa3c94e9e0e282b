using System.Globalization;
using System.Text.Json.Nodes;
using ScottPlot;

namespace FLTS.Modules.Registry.Ledger;

/// <summary><c>error_by_lead.png</c>: the rmse of every line of a scoreboard by lead; references are dashed, the champion dotted.</summary>
internal static class ErrorByLeadPlot
{
    private const int Width = 900;
    private const int Height = 540;

    /// <returns>A PNG of 900 x 540 pixels; null where nothing was judged by lead.</returns>
    public static byte[]? Draw(JsonNode board)
    {
        using var plot = new Plot();
        var leads = new SortedSet<int>();
        foreach (var entry in board["entries"]!.AsArray())
        {
            var points = (entry!["leads"] as JsonArray ?? [])
                .Where(l => l!["rmse"] is not null)
                .Select(l => (Lead: l!["lead"]!.GetValue<int>(), Rmse: l["rmse"]!.GetValue<double>()))
                .ToList();
            if (points.Count == 0)
                continue;

            leads.UnionWith(points.Select(p => p.Lead));
            var line = plot.Add.Scatter(
                points.Select(p => Math.Log10(p.Lead)).ToArray(), points.Select(p => p.Rmse).ToArray());
            var kind = entry["kind"]!.GetValue<string>();
            line.LegendText = kind == "champion" ? $"{entry["model_type"]} (champion)" : entry["model_type"]!.GetValue<string>();
            line.LinePattern = kind switch
            {
                "reference" => LinePattern.Dashed,
                "champion" => LinePattern.Dotted,
                _ => LinePattern.Solid,
            };
        }

        if (leads.Count == 0)
            return null;

        // Logarithmic: most of what changes does so at the first leads.
        var ticks = new ScottPlot.TickGenerators.NumericManual();
        foreach (var lead in leads)
            ticks.AddMajor(Math.Log10(lead), lead.ToString(CultureInfo.InvariantCulture));
        plot.Axes.Bottom.TickGenerator = ticks;
        plot.Title($"{board["identifier"]}: error by lead");
        plot.XLabel("lead (steps)");
        plot.YLabel("rmse (of train's range)");
        plot.ShowLegend(Edge.Right);
        return plot.GetImageBytes(Width, Height, ImageFormat.Png);
    }
}
