using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Preparation;
using FLTS.Modules.Inference.Windows;

namespace FLTS.Tests.Inference;

/// <summary>Rows of a client, on the way that those of a request go.</summary>
internal static class SentRows
{
    public static PredictRequest Request(JsonNode? body) => PredictRequest.Read(JsonSerializer.SerializeToUtf8Bytes(body));

    /// <summary>The rows of a request's <c>data</c> as a model takes them.</summary>
    public static ServingFrame Read(JsonNode data, string? indexColumn, ServingModel model, DateTime? now)
    {
        using var request = Request(new JsonObject { ["data"] = data.DeepClone(), ["index_col"] = indexColumn });
        return request.Fault is { } fault ? throw fault : RequestData.Read(request, model, now);
    }
}
