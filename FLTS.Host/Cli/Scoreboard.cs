using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace FLTS.Host.Cli;

/// <summary>A scoreboard as a table.</summary>
internal static class Scoreboard
{
    /// <summary>A file or a pipe has no width of its own.</summary>
    private const int PlainWidth = 140;

    private static readonly string[] _metrics = ["score", "rmse", "mae", "mse", "r2", "skill", "mase"];

    public static void Write(JsonObject board)
    {
        var table = new Table().Title($"{board["identifier"]}: {board["scored_rows"]} scored rows, {board["skipped_rows"]} skipped".EscapeMarkup());
        table.AddColumn("rank").AddColumn("kind").AddColumn("model");
        foreach (var metric in _metrics)
            table.AddColumn(metric, c => c.RightAligned());

        foreach (var entry in board["entries"]!.AsArray())
        {
            table.AddRow(
            [
                entry!["rank"]?.ToString() ?? "",
                entry["kind"]!.ToString(),
                entry["model_type"]!.ToString(),
                .. _metrics.Select(m => entry[m] is JsonValue value ? value.GetValue<double>().ToString("0.00000", CultureInfo.InvariantCulture) : "-"),
            ]);
        }

        if (Console.IsOutputRedirected)
            AnsiConsole.Profile.Width = PlainWidth;

        AnsiConsole.Write(table);
    }
}
