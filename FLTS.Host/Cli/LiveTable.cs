using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace FLTS.Host.Cli;

/// <summary>What <c>GET /live</c> and <c>GET /drift</c> answer, as tables.</summary>
internal static class LiveTable
{
    private static readonly string[] _roles = ["champion", "previous", "shadow", "reference", "baseline"];

    public static void Write(Screen screen, JsonObject live, JsonArray drift)
    {
        var hours = live["hours"]!.AsArray();
        var roles = _roles.Where(r => hours.Any(h => h![r] is not null)).ToList();
        var table = new Table().Title(
            $"{live["identifier"]}: mean absolute error {live["lead"]} step(s) ahead, in ranges of train".EscapeMarkup());
        table.AddColumn("from");
        foreach (var role in roles)
            table.AddColumn(role, c => c.RightAligned());
        foreach (var column in new[] { "ratio", "coverage 80", "state" })
            table.AddColumn(column, c => c.RightAligned());
        foreach (var hour in hours)
            table.AddRow([hour!["from"]!.ToString(), .. Cells(hour)]);
        screen.Rich.Write(table);
        foreach (var role in live["models"]!.AsArray())
        {
            screen.Line(
                $"{role!["role"]}: {role["model"]}, rows behind {role["from"]}{(role["until"] is { } until ? $" up to {until}" : "")}"
                + (role["reason"] is { } reason ? $", not scored: {reason}" : ""));
        }

        screen.Line(drift.Count == 0 ? "Nothing was noticed." : "What was noticed:");
        foreach (var one in drift)
            screen.Line($"  {one!["ts"]} {one["kind"]} ({one["action"]}): {one["reason"]}{(one["error"] is { } e ? $" {e}" : "")}");

        IEnumerable<string> Cells(JsonNode hour) =>
        [
            .. roles.Select(r => Number(hour[r]?["mae"], "0.00000")),
            Number(hour["ratio"], "0.000"),
            Number(hour["champion"]?["coverage_80"], "0.00"),
            hour["state"]!.ToString(),
        ];
    }

    private static string Number(JsonNode? node, string format) =>
        node is JsonValue value ? value.GetValue<double>().ToString(format, CultureInfo.InvariantCulture) : "-";
}
