using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace FLTS.Benchmarks.Predict;

/// <summary>What is asked for: a forecast from the last 30 rows of the data by column.</summary>
internal static class PredictRequests
{
    private const int Rows = 30;

    public static byte[] Body(string identifier, byte[] csv, int steps)
    {
        var lines = Encoding.UTF8.GetString(csv).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var names = lines[0].Trim().Split(',');
        var cells = lines[^Rows..].Select(l => l.Trim().Split(',')).ToArray();
        var data = new JsonObject();
        for (var c = 0; c < names.Length; c++)
        {
            data[names[c]] = new JsonArray([.. cells.Select(row => (JsonNode?)(c == 0
                ? JsonValue.Create(row[c])
                : JsonValue.Create(double.Parse(row[c], CultureInfo.InvariantCulture))))]);
        }

        var body = new JsonObject { ["identifier"] = identifier, ["inference_length"] = steps, ["data"] = data };
        return Encoding.UTF8.GetBytes(body.ToJsonString());
    }

    /// <summary>Head and body as they are sent.</summary>
    public static byte[] Post(IPEndPoint server, string path, byte[] body) =>
    [
        .. Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"POST {path} HTTP/1.1\r\nHost: {server}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n")),
        .. body,
    ];
}
