using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using FLTS.Host.Hosting;

namespace FLTS.Host.Cli;

/// <summary>The command line uses the same HTTP API as everybody.</summary>
internal sealed class ApiClient : IDisposable
{
    private static readonly TimeSpan _again = TimeSpan.FromSeconds(1);

    private readonly HttpClient _http;

    /// <summary>Where it asks: an address that is listened on, as one that can be asked.</summary>
    public Uri Address => _http.BaseAddress!;

    public ApiClient(string url, string key)
    {
        _http = new HttpClient
        {
            BaseAddress = new Uri(url.Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal)
                .Replace("[::]", "[::1]", StringComparison.Ordinal)
                .Replace("+", "127.0.0.1", StringComparison.Ordinal)
                .Replace("*", "127.0.0.1", StringComparison.Ordinal)),
        };
        _http.DefaultRequestHeaders.Add(Security.Header, key);
    }

    public Task<JsonObject> GetAsync(string path, CancellationToken cancellation) =>
        ReadAsync(() => _http.GetAsync(path, cancellation), cancellation);

    /// <summary>Null: there is no such thing.</summary>
    public async Task<JsonObject?> FindAsync(string path, CancellationToken cancellation)
    {
        var isAbsent = false;
        async Task<HttpResponseMessage> CallAsync()
        {
            var response = await _http.GetAsync(path, cancellation);
            isAbsent = response.StatusCode == HttpStatusCode.NotFound;
            return response;
        }

        try
        {
            return await ReadAsync(CallAsync, cancellation);
        }
        catch (InvalidInputException) when (isAbsent)
        {
            return null;
        }
    }

    public Task<JsonObject> PostAsync(string path, JsonObject body, CancellationToken cancellation) =>
        ReadAsync(() => _http.PostAsJsonAsync(path, body, cancellation), cancellation);

    public Task<JsonObject> PutCsvAsync(string path, string rows, CancellationToken cancellation) =>
        ReadAsync(() => _http.PutAsync(path, Csv(rows), cancellation), cancellation);

    public Task<JsonObject> PostCsvAsync(string path, string rows, CancellationToken cancellation) =>
        ReadAsync(() => _http.PostAsync(path, Csv(rows), cancellation), cancellation);

    public Task<JsonObject> DeleteAsync(string path, CancellationToken cancellation) =>
        ReadAsync(() => _http.DeleteAsync(path, cancellation), cancellation);

    public void Dispose() => _http.Dispose();

    private static StringContent Csv(string rows) => new(rows, Encoding.UTF8, "text/csv");

    /// <summary>Waits out a database or store that is away: the server lives on without them, and so does who watches it.</summary>
    /// <exception cref="InvalidInputException">The API refused; the message is its sentence.</exception>
    private static async Task<JsonObject> ReadAsync(Func<Task<HttpResponseMessage>> call, CancellationToken cancellation)
    {
        using var response = await AnsweredAsync(call, cancellation);
        var text = await response.Content.ReadAsStringAsync(cancellation);
        if (response.IsSuccessStatusCode)
            return text.Length == 0 ? [] : JsonNode.Parse(text)!.AsObject();

        string? detail = null;
        try
        {
            detail = JsonNode.Parse(text)?["detail"]?.GetValue<string>();
        }
        catch (System.Text.Json.JsonException)
        {
            // Not ours: the status says what there is to say.
        }

        throw new InvalidInputException(
            detail ?? $"{response.RequestMessage!.Method} {response.RequestMessage.RequestUri} answered {(int)response.StatusCode}.");
    }

    private static async Task<HttpResponseMessage> AnsweredAsync(Func<Task<HttpResponseMessage>> call, CancellationToken cancellation)
    {
        while (true)
        {
            var response = await call();
            if (response.StatusCode != HttpStatusCode.ServiceUnavailable)
                return response;

            var wait = response.Headers.RetryAfter?.Delta ?? _again;
            response.Dispose();
            await Task.Delay(wait, cancellation);
        }
    }
}
