using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using FLTS.Tests.Host;

namespace FLTS.Tests.Access;

/// <summary>What was answered where a text stood in one place of a request.</summary>
internal sealed record Filled(string Call, string Place, int Status, string Text)
{
    /// <summary>A list of those that the text asks for; a cursor may be any text before or behind what there is.</summary>
    public bool IsFiltered => Status == 200 && Text.StartsWith("{\"items\":", StringComparison.Ordinal)
        && Place.StartsWith('?') && !Place.StartsWith("?cursor=", StringComparison.Ordinal);

    public JsonArray Items => JsonNode.Parse(Text)!["items"]!.AsArray();

    public override string ToString() => $"{Call} with {Place}: {Status} {Text[..Math.Min(300, Text.Length)]}";
}

/// <summary>
/// Puts a text into every place that a client can fill, one a request, so that none hides another: each name in each address, each query
/// parameter and member of a body that the OpenAPI document names or shows, columns and cells, and headers of proxies and browsers.
/// </summary>
internal sealed class EveryPlace(RunningHost host)
{
    private const int SideBySide = 4;
    private const int MostRead = 1 << 16;

    private static readonly string[] _headers =
    [
        "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Original-URL", "X-Real-IP", "Forwarded", "Referer", "Origin",
        "X-Http-Method-Override", "If-None-Match", "Accept", "traceparent", "Cookie",
    ];

    /// <summary>As the document shows them they would train for minutes.</summary>
    private static readonly Dictionary<string, string> _quick = new()
    {
        ["POST /pipelines"] = """{"dataset": "demo", "model_types": ["NAIVE"], "identifier": "a", "hash_salt": "b"}""",
        ["PUT /schedules/{name}"] = """{"cron": "0 3 * * *", "zone": "UTC", "pipeline": {"dataset": "demo", "identifier": "a"}}""",
        ["POST /promote"] = """{"config_hash": "a", "identifier": "b", "run_ids": ["c"], "pipeline_id": "d", "reason": "e"}""",
        ["POST /champions/{identifier}/rollback"] = """{"reason": "e"}""",
        ["POST /keys"] = """{"role": "read", "name": "a"}""",
    };

    /// <summary>Of every endpoint but the one that counts what is wrong as a guess, after ten of which nobody is listened to.</summary>
    /// <param name="text">That stands there.</param>
    /// <param name="only">One call of them; null: all.</param>
    /// <param name="except">One that is left out where all are meant; null: none.</param>
    public async Task<IReadOnlyList<Filled>> FillAsync(string text, string? only = null, string? except = null)
    {
        using var answer = await host.SendAsync(HttpMethod.Get, "/openapi/v1.json", withKey: true);
        var document = await RunningHost.JsonAsync(answer);
        var filled = new List<Filled>();
        await Parallel.ForEachAsync(
            Endpoint.Of(host).SelectMany(e => Requests(e, document, text))
                .Where(r => only is null ? r.Call != "POST /session" && r.Call != except : r.Call == only),
            new ParallelOptions { MaxDegreeOfParallelism = SideBySide },
            async (place, _) =>
            {
                var told = await SendAsync(place);
                lock (filled)
                    filled.Add(told);
            });
        return filled;
    }

    private static IEnumerable<Place> Requests(Endpoint endpoint, JsonObject document, string text)
    {
        var (call, operation) = (endpoint.ToString(), document["paths"]![endpoint.Pattern]?[endpoint.Method.ToLowerInvariant()]);
        var body = _quick.GetValueOrDefault(call) is { } quick ? JsonNode.Parse(quick) : ExampleOf(operation);
        var json = body is null && endpoint.Changes ? new JsonObject() : body;
        var names = endpoint.Pattern.Split('/').Where(s => s.Contains('{', StringComparison.Ordinal)).ToList();
        foreach (var name in names)
            yield return new(call, name, Address(endpoint.Pattern, name, text), json?.ToJsonString());
        foreach (var name in QueryOf(operation))
        {
            var query = $"?{name}={Uri.EscapeDataString(text)}";
            yield return new(call, query, Address(endpoint.Pattern, "", text) + query, json?.ToJsonString());
        }

        var own = Address(endpoint.Pattern, "", text);
        foreach (var (place, changed) in Bodies(json, operation, document, text))
            yield return new(call, place, own, changed);
        if (operation?["requestBody"]?["content"]?["text/csv"] is not null)
            yield return new(call, "a column and a cell", own, $"time,\"{text}\"\n2026-01-05 00:00:00,\"{text}\"\n", "text/csv");
        if (names.Count == 0)
            yield return new(call, "headers", own, json?.ToJsonString(), Headers: text.Any(char.IsControl) ? null : text);
    }

    /// <summary>With something in the place of all other names.</summary>
    private static string Address(string pattern, string name, string text) => string.Join('/', pattern.Split('/').Select(s =>
        s == name && name.Length > 0 ? Uri.EscapeDataString(text) : s.Contains('{', StringComparison.Ordinal) ? "demo" : s));

    private static IEnumerable<string> QueryOf(JsonNode? operation) =>
        from parameter in operation?["parameters"]?.AsArray() ?? []
        where parameter?["in"]?.GetValue<string>() == "query"
        select parameter["name"]!.GetValue<string>();

    private static JsonNode? ExampleOf(JsonNode? operation) =>
        operation?["requestBody"]?["content"]?["application/json"]?["example"]?.DeepClone();

    /// <summary>Each text of the body, each member that its schema names, and one that nobody knows.</summary>
    private static IEnumerable<(string Place, string Body)> Bodies(JsonNode? body, JsonNode? operation, JsonObject document, string text)
    {
        foreach (var place in body is null ? [] : TextsOf(body).ToList())
        {
            var changed = body!.DeepClone();
            TextsOf(changed).Single(t => t.GetPath() == place.GetPath()).ReplaceWith(text);
            yield return (place.GetPath(), changed.ToJsonString());
        }

        if (body is not JsonObject)
            yield break;
        var schema = operation?["requestBody"]?["content"]?["application/json"]?["schema"];
        if (schema?["$ref"]?.GetValue<string>() is { } reference)
            schema = document["components"]!["schemas"]![reference.Split('/')[^1]];
        foreach (var name in (schema?["properties"] as JsonObject ?? []).Select(p => p.Key).Append(text))
        {
            var changed = body.DeepClone().AsObject();
            changed[name] = text;
            yield return ($"member {name}", changed.ToJsonString());
        }
    }

    private static IEnumerable<JsonValue> TextsOf(JsonNode node) => node switch
    {
        JsonObject of => of.Where(m => m.Value is not null).SelectMany(m => TextsOf(m.Value!)),
        JsonArray of => of.Where(m => m is not null).Take(2).SelectMany(m => TextsOf(m!)),
        JsonValue value when value.GetValueKind() == System.Text.Json.JsonValueKind.String => [value],
        _ => [],
    };

    private async Task<Filled> SendAsync(Place place)
    {
        var address = new Uri(
            host.Http.BaseAddress!.GetLeftPart(UriPartial.Authority) + place.Address,
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(new HttpMethod(place.Call.Split(' ')[0]), address);
        request.Headers.Add("X-Api-Key", host.Key);
        if (place.Body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(place.Body));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(place.Type);
        }

        foreach (var header in place.Headers is null ? [] : _headers)
            request.Headers.TryAddWithoutValidation(header, place.Headers);
        using var response = await host.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var isEndless = response.Content.Headers.ContentType?.MediaType == "text/event-stream";
        var text = isEndless ? "" : await response.Content.ReadAsStringAsync();
        return new Filled(place.Call, place.Name, (int)response.StatusCode, text[..Math.Min(MostRead, text.Length)]);
    }

    private sealed record Place(
        string Call, string Name, string Address, string? Body, string Type = "application/json", string? Headers = null);
}
