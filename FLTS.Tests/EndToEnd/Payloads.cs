using System.Globalization;
using System.Text.Json.Nodes;

namespace FLTS.Tests.EndToEnd;

/// <summary>Bodies for <c>POST /predict</c>.</summary>
internal static class Payloads
{
    private static readonly DateTime _start = new(2026, 2, 1);

    /// <summary>Rows some minutes apart from 2026-02-01 on, plausible values in original units.</summary>
    public static JsonObject Rows(IEnumerable<string> columns, int rows, int minutes = 2)
    {
        var data = new JsonObject
        {
            ["ts"] = new JsonArray(
                [.. Enumerable.Range(0, rows)
                    .Select(i => (JsonNode)_start.AddMinutes(minutes * i).ToString("s", CultureInfo.InvariantCulture))]),
        };
        foreach (var column in columns)
            data[column] = new JsonArray([.. Enumerable.Range(0, rows).Select(i => (JsonNode)(Size(column) * (1 + (0.1 * Math.Sin(i)))))]);

        return data;
    }

    public static JsonObject Without(IEnumerable<string> columns, string column)
    {
        var data = Rows(columns, 30);
        data.Remove(column);
        return data;
    }

    public static JsonObject WithText(IEnumerable<string> columns, string column)
    {
        var data = Rows(columns, 30);
        data[column]![4] = "much";
        return data;
    }

    private static double Size(string column) => column switch
    {
        "down" => 1e8,
        "up" => 8e6,
        "rnti_count" => 4000,
        _ when column.StartsWith("mcs", StringComparison.Ordinal) => 14,
        _ when column.EndsWith("_var", StringComparison.Ordinal) => 1e-8,
        _ => 0.1,
    };
}
