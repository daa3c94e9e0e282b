using System.Text.Json.Nodes;
using FLTS.Host.Hosting;
using FLTS.Modules.Contracts;

namespace FLTS.Host.Cli;

/// <summary>The command line uses the same HTTP API as everybody.</summary>
internal sealed class ApiClient : IDisposable
{
    private readonly HttpClient _http;

    public ApiClient(string url, string key)
    {
        _http = new HttpClient { BaseAddress = new Uri(url.Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal).Replace("[::]", "[::1]", StringComparison.Ordinal).Replace("+", "127.0.0.1", StringComparison.Ordinal).Replace("*", "127.0.0.1", StringComparison.Ordinal)) };
        _http.DefaultRequestHeaders.Add(Security.Header, key);
    }

    public Task<JsonObject> GetAsync(string path, CancellationToken cancellation) => ReadAsync(_http.GetAsync(path, cancellation), cancellation);

    public Task<JsonObject> PostAsync(string path, JsonObject body, CancellationToken cancellation) => ReadAsync(_http.PostAsJsonAsync(path, body, cancellation), cancellation);

    public void Dispose() => _http.Dispose();

    /// <exception cref="InvalidInputException">The API refused; the message is its sentence.</exception>
    private static async Task<JsonObject> ReadAsync(Task<HttpResponseMessage> call, CancellationToken cancellation)
    {
        using var response = await call;
        var text = await response.Content.ReadAsStringAsync(cancellation);
        if (response.IsSuccessStatusCode)
            return JsonNode.Parse(text)!.AsObject();

        string? detail = null;
        try
        {
            detail = JsonNode.Parse(text)?["detail"]?.GetValue<string>();
        }
        catch (System.Text.Json.JsonException)
        {
            // Not ours: the status says what there is to say.
        }

        throw new InvalidInputException(detail ?? $"{response.RequestMessage!.Method} {response.RequestMessage.RequestUri} answered {(int)response.StatusCode}.");
    }
}
