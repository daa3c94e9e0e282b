using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace FLTS.Host.Cli;

/// <summary>A scoreboard as a table.</summary>
internal static class Scoreboard
{
    /// <summary>Characters of the columns rank, kind and model with their borders, and of a metric (-0.00000).</summary>
    private const int NamesWidth = 31, MetricWidth = 11;

    private static readonly string[] _metrics = ["score", "rmse", "mae", "mse", "r2", "skill", "mase"];

    /// <summary>Which stay where the terminal is too narrow for all, the most telling first.</summary>
    private static readonly string[] _byWeight = ["score", "rmse", "skill", "mae", "r2", "mse", "mase"];

    public static void Write(IAnsiConsole console, JsonObject board)
    {
        var metrics = _metrics.Intersect(_byWeight.Take(Math.Max(2, (console.Profile.Width - NamesWidth) / MetricWidth))).ToList();
        var table = new Table()
            .Title($"{board["identifier"]}: {board["scored_rows"]} scored rows, {board["skipped_rows"]} skipped".EscapeMarkup());
        table.AddColumn("rank").AddColumn("kind").AddColumn("model");
        foreach (var metric in metrics)
            table.AddColumn(metric, c => c.RightAligned());

        foreach (var entry in board["entries"]!.AsArray())
        {
            table.AddRow(
            [
                entry!["rank"]?.ToString() ?? "",
                entry["kind"]!.ToString(),
                entry["model_type"]!.ToString(),
                .. metrics.Select(m =>
                    entry[m] is JsonValue value ? value.GetValue<double>().ToString("0.00000", CultureInfo.InvariantCulture) : "-"),
            ]);
        }

        console.Write(table);
    }
}
