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

    /// <summary>Characters of the column of leads with its borders, and of one more of rmse.</summary>
    private const int LeadsWidth = 13, RmseWidth = 12;

    public static void Write(IAnsiConsole console, JsonObject board)
    {
        // What ordered the lines comes first where it is not the score itself.
        var isByBands = board["decision"]?.GetValue<string>() == "bands";
        var room = Math.Max(2, ((console.Profile.Width - NamesWidth) / MetricWidth) - (isByBands ? 1 : 0));
        var metrics = _metrics.Intersect(_byWeight.Take(room)).ToList();
        var table = new Table()
            .Title($"{board["identifier"]}: {board["scored_rows"]} scored rows, {board["skipped_rows"]} skipped".EscapeMarkup());
        table.AddColumn("rank").AddColumn("kind").AddColumn("model");
        foreach (var metric in isByBands ? metrics.Prepend("bands") : metrics)
            table.AddColumn(metric, c => c.RightAligned());

        foreach (var entry in board["entries"]!.AsArray())
        {
            table.AddRow(
            [
                entry!["rank"]?.ToString() ?? "",
                entry["kind"]!.ToString(),
                entry["model_type"]!.ToString(),
                .. isByBands ? [Number(entry["decision_score"])] : Array.Empty<string>(),
                .. metrics.Select(m => Number(entry[m])),
            ]);
        }

        console.Write(table);
        if (Bands(board, console.Profile.Width) is { } bands)
            console.Write(bands);
    }

    /// <summary>
    /// A line a band of leads: the rmse of everybody, references first; where the terminal is too narrow, the best of these. Null where
    /// nothing was judged by lead.
    /// </summary>
    private static Table? Bands(JsonObject board, int width)
    {
        var judged = board["entries"]!.AsArray().Where(e => e!["bands"] is JsonArray { Count: > 0 }).ToLookup(IsReference);
        var references = judged[true].Take(Math.Max(1, ((width - LeadsWidth) / RmseWidth) - judged[false].Count()));
        var entries = references.Concat(judged[false]).ToList();
        if (entries.Count == 0)
            return null;

        var table = new Table().Title("rmse by lead, in steps (~ too few windows to decide on)").AddColumn("lead");
        foreach (var entry in entries)
        {
            var name = entry!["kind"]!.ToString() == "champion" ? $"{entry["model_type"]} in force" : entry["model_type"]!.ToString();
            table.AddColumn(name.EscapeMarkup(), c => c.RightAligned());
        }

        var bands = entries.SelectMany(e => e!["bands"]!.AsArray())
            .Select(b => (From: b!["from"]!.GetValue<int>(), To: b["to"]!.GetValue<int>(), IsIndicative: b["indicative"]!.GetValue<bool>()))
            .Distinct()
            .OrderBy(b => b.To);
        foreach (var band in bands)
        {
            var leads = band.From == band.To ? $"{band.To}" : $"{band.From}-{band.To}";
            table.AddRow(
            [
                band.IsIndicative ? $"~{leads}" : leads,
                .. entries.Select(e => Number(e!["bands"]!.AsArray().FirstOrDefault(b => b!["to"]!.GetValue<int>() == band.To)?["rmse"])),
            ]);
        }

        return table;
    }

    private static bool IsReference(JsonNode? entry) => entry!["kind"]!.ToString() == "reference";

    private static string Number(JsonNode? node) =>
        node is JsonValue value ? value.GetValue<double>().ToString("0.00000", CultureInfo.InvariantCulture) : "-";
}
