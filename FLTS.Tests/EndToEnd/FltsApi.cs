using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using NUnit.Framework;

namespace FLTS.Tests.EndToEnd;

/// <summary>The HTTP API as a client uses it.</summary>
internal static class FltsApi
{
    private static readonly string[] _ended = ["promoted", "kept_champion", "below_baseline", "superseded", "cancelled", "failed"];

    public static async Task<JsonObject> GetAsync(this FltsProcess flts, string path)
    {
        using var response = await flts.Http.GetAsync(path);
        return await ReadAsync(flts, response, HttpStatusCode.OK);
    }

    /// <summary>Posts, expecting a status; anything else fails with the answer's text.</summary>
    public static async Task<JsonObject> PostAsync(
        this FltsProcess flts, string path, JsonObject body, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var response = await flts.Http.PostAsJsonAsync(path, body);
        return await ReadAsync(flts, response, expected);
    }

    /// <summary>Starts a pipeline and returns its id.</summary>
    public static async Task<string> StartPipelineAsync(this FltsProcess flts, JsonObject request) =>
        (await flts.PostAsync("/pipelines", request, HttpStatusCode.Accepted))["pipeline_id"]!.GetValue<string>();

    /// <summary>Waits until a pipeline has ended and returns it.</summary>
    public static Task<JsonObject> WaitForEndAsync(this FltsProcess flts, string pipelineId) =>
        flts.WaitForAsync($"the end of pipeline {pipelineId}", async () =>
        {
            var state = await flts.GetAsync($"/pipelines/{pipelineId}");
            return _ended.Contains(state["status"]!.GetValue<string>()) ? state : null;
        });

    /// <summary>Waits until a model is served.</summary>
    public static Task<JsonNode> WaitForModelAsync(this FltsProcess flts) =>
        flts.WaitForAsync("a loaded model", async () => (await flts.GetAsync("/models/loaded"))["items"]!.AsArray().FirstOrDefault());

    private static async Task<JsonObject> ReadAsync(FltsProcess flts, HttpResponseMessage response, HttpStatusCode expected)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.That(
            response.StatusCode,
            Is.EqualTo(expected),
            () => $"{response.RequestMessage!.Method} {response.RequestMessage.RequestUri} answered: {text}{Logged(flts, response)}");
        return JsonNode.Parse(text)!.AsObject();
    }

    /// <summary>What the log has about an answer that says so.</summary>
    private static string Logged(FltsProcess flts, HttpResponseMessage response) => (int)response.StatusCode < 500
        ? ""
        : $"\nIts last errors:\n{string.Join('\n', flts.Logs.Where(l => l["@x"] is not null).TakeLast(3).Select(l => l.ToJsonString()))}";
}
