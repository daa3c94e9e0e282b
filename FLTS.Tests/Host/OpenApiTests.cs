using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace FLTS.Tests.Host;

[TestFixture, Parallelizable]
internal sealed partial class OpenApiTests
{
    private RunningHost _host = null!;
    private JsonObject _document = null!;

    private static readonly string[] _notOfTheApi = ["/scalar", "/openapi", "/ui"];

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _host = await RunningHost.StartAsync();
        using var answer = await _host.SendAsync(HttpMethod.Get, "/openapi/v1.json");
        _document = await RunningHost.JsonAsync(answer);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _host.DisposeAsync();

    [Test]
    public void Every_endpoint_is_described()
    {
        var described = Operations().Select(o => o.Path.TrimEnd('/')).ToHashSet();
        var there = _host.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Select(e => "/" + e.RoutePattern.RawText!.Trim('/').Replace("{**", "{", StringComparison.Ordinal))
            .Where(p => p != "/" && !_notOfTheApi.Any(o => p.StartsWith(o, StringComparison.Ordinal)));

        Assert.That(there.Where(p => !described.Contains(p)), Is.Empty);
    }

    [Test]
    public void Every_operation_has_a_name_a_summary_and_an_example_for_the_request_and_every_answer()
    {
        foreach (var (method, path, operation) in Operations())
        {
            var name = $"{method} {path}";
            Assert.That(operation["operationId"]?.GetValue<string>(), Is.Not.Empty, name);
            Assert.That(operation["summary"]?.GetValue<string>(), Is.Not.Empty, name);
            if (operation["requestBody"] is { } request)
                AssertExamples(request, $"{name}: request");

            foreach (var (status, response) in operation["responses"]!.AsObject().Where(r => r.Key is not ("204" or "304"))) // No body.
                AssertExamples(response!, $"{name}: {status}");
        }
    }

    [Test]
    public void Every_operation_is_named_by_what_is_done_and_no_name_is_there_twice()
    {
        var names = Operations().Select(o => o.Operation["operationId"]!.GetValue<string>()).ToList();

        Assert.That(names, Is.Unique);
        Assert.That(names.Where(n => !Doing().IsMatch(n)), Is.Empty);
    }

    [Test]
    public void Every_type_has_a_name_and_every_name_is_used()
    {
        // What has members and stands inline, generators of clients name after its place: Items2, Anonymous.
        var schemas = _document["components"]!["schemas"]!.AsObject();
        var inline = schemas.SelectMany(s => Members(s.Value!).Select(m => (s.Key, Schema: m)))
            .Concat(Operations().SelectMany(o => Members(o.Operation).Select(m => (Key: $"{o.Method} {o.Path}", Schema: m))))
            .Where(m => m.Schema["properties"] is JsonObject).Select(m => m.Key);
        Assert.That(inline, Is.Empty);

        var all = _document.ToJsonString();
        var unused = schemas.Select(s => s.Key).Where(k => !all.Contains($"\"#/components/schemas/{k}\"", StringComparison.Ordinal));
        Assert.That(unused, Is.Empty);
    }

    [Test]
    public void Every_time_says_of_which_zone_it_is()
    {
        var times = from s in _document["components"]!["schemas"]!.AsObject()
                    from p in s.Value!["properties"]?.AsObject() ?? []
                    where p.Value!["format"]?.GetValue<string>() == "date-time" || p.Key == "ts"
                    select (Name: $"{s.Key}.{p.Key}", Said: p.Value["description"]?.GetValue<string>() ?? "");
        var parameters = from o in Operations()
                         from p in o.Operation["parameters"]?.AsArray() ?? []
                         where p!["name"]!.GetValue<string>() is "from" or "at" or "as_of"
                         select (Name: $"{o.Path}?{p["name"]}", Said: p["description"]?.GetValue<string>() ?? "");

        Assert.That(times.Concat(parameters).Where(t => !Zone().IsMatch(t.Said)).Select(t => t.Name), Is.Empty);
    }

    [Test]
    public void Every_body_and_every_answer_has_a_schema_that_says_what_stands_in_each_place()
    {
        var check = new SchemaCheck(_document);
        var described =
            from o in Operations()
            from part in (o.Operation["requestBody"] is { } body ? [("request", body)] : Array.Empty<(string, JsonNode)>())
                .Concat(o.Operation["responses"]!.AsObject().Select(r => (r.Key, r.Value!)))
            from content in part.Item2["content"]?.AsObject() ?? []
            select (Name: $"{o.Method} {o.Path}: {part.Item1} ({content.Key})", Schema: content.Value!["schema"]);
        var all = described.ToList();

        Assert.That(all.Where(d => d.Schema is null).Select(d => d.Name), Is.Empty);
        Assert.That(all.SelectMany(d => check.Silent(d.Schema!, d.Name)), Is.Empty);
    }

    [Test]
    public void Every_list_of_words_says_that_they_are_text_and_every_answer_without_a_body_is_one_of_few()
    {
        var schemas = _document["components"]!["schemas"]!.AsObject();
        Assert.That(schemas.Where(s => s.Value!["enum"] is not null && s.Value["type"] is null).Select(s => s.Key), Is.Empty);

        var bare = from o in Operations()
                   from r in o.Operation["responses"]!.AsObject()
                   where r.Value!["content"] is null && r.Key is not ("204" or "304")
                   select $"{o.Method} {o.Path}: {r.Key}";
        Assert.That(bare, Is.Empty);
    }

    [Test]
    public void Every_example_is_as_its_schema_says()
    {
        var check = new SchemaCheck(_document);
        var wrong = from o in Operations()
                    from part in (o.Operation["requestBody"] is { } body ? [("request", body)] : Array.Empty<(string, JsonNode)>())
                        .Concat(o.Operation["responses"]!.AsObject().Select(r => (r.Key, r.Value!)))
                    from content in part.Item2["content"]?.AsObject() ?? []
                    from fault in check.Check(content.Value!["example"], content.Value["schema"]!, $"{o.Method} {o.Path} {part.Item1}")
                    select fault;

        Assert.That(wrong.Distinct(), Is.Empty);
    }

    [Test]
    public async Task A_body_has_the_members_that_the_endpoint_knows()
    {
        var check = new SchemaCheck(_document);
        foreach (var (method, path, operation) in Operations())
        {
            if (operation["requestBody"]?["content"]?["application/json"]?["schema"] is not { } schema
                || check.Resolve(schema)["properties"] is not JsonObject named
                || path is "/session" or "/keys" or "/predict" or "/predict/batch") // Others are passed over there.
                continue;

            // The refusal of one that is unknown names those that are known.
            var asked = path.Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal);
            using var body = new StringContent("{\"no_such_member\": 1}", null, "application/json");
            using var answer = await _host.SendAsync(HttpMethod.Parse(method), asked, withKey: true, body);
            var told = (await RunningHost.JsonAsync(answer))["detail"]!.GetValue<string>();
            Assert.That(told, Does.Contain("no_such_member"), $"{method} {path}");
            foreach (var name in named.Select(n => n.Key))
                Assert.That(told, Does.Match($"\\b{name}\\b"), $"{method} {path} knows it");
            var known = Word().Matches(told[told.IndexOf("; known", StringComparison.Ordinal)..]).Select(m => m.Value).Skip(2);
            Assert.That(known, Is.SubsetOf(named.Select(n => n.Key)), $"{method} {path}");
        }
    }

    [Test]
    public void What_needs_a_key_says_which_role_and_shows_the_refusal()
    {
        foreach (var (method, path, operation) in Operations().Where(o => o.Path is not
            ("/healthz" or "/readyz" or "/ready" or "/predict_ping" or "/session" or "/metrics")))
        {
            Assert.That(operation["description"]?.GetValue<string>(), Does.Contain("Role: "), $"{method} {path}");
            Assert.That(operation["responses"]!["401"], Is.Not.Null, $"{method} {path}");
        }

        Assert.That(_document["components"]!["securitySchemes"]!["api_key"]!["name"]!.GetValue<string>(), Is.EqualTo("X-Api-Key"));
    }

    [Test]
    public void A_run_has_a_view_of_its_own_and_a_summary_inside_its_pipeline()
    {
        var schemas = _document["components"]!["schemas"]!;
        var ofPipeline = schemas["PipelineView"]!["properties"]!["runs"]!["items"]!["$ref"]!.GetValue<string>().Split('/')[^1];
        var ofRegistry = schemas["PageOfRunView"]!["properties"]!["items"]!["items"]!["$ref"]!.GetValue<string>().Split('/')[^1];

        Assert.That(ofPipeline, Is.Not.EqualTo(ofRegistry));
        Assert.That(schemas[ofPipeline]!["properties"]!.AsObject().ContainsKey("train_loss"), "a pipeline's run tells its losses");
        Assert.That(schemas[ofRegistry]!["properties"]!.AsObject().ContainsKey("params_hash"), "the registry's run tells its identity");
    }

    [Test]
    public void All_names_are_snake_case_and_numbers_are_numbers()
    {
        var schemas = _document["components"]!["schemas"]!.AsObject();
        var names = schemas.SelectMany(s => s.Value!["properties"]?.AsObject().Select(p => p.Key) ?? []);

        Assert.That(names.Where(n => !SnakeCase().IsMatch(n)), Is.Empty);
        Assert.That(schemas.ToJsonString(), Does.Not.Contain("""["integer","string"]"""));
    }

    [Test]
    public async Task The_page_to_try_it_needs_nothing_from_elsewhere()
    {
        using var page = await _host.SendAsync(HttpMethod.Get, "/scalar/");
        var html = await page.Content.ReadAsStringAsync();
        var scripts = Source().Matches(html).Select(m => m.Groups[1].Value).ToList();

        Assert.That(page.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(html, Does.Not.Contain("http://").And.Not.Contain("https://"));
        Assert.That(html, Does.Contain("\"withDefaultFonts\":false").And.Contain("\"telemetry\":false"));
        Assert.That(scripts, Is.Not.Empty);
        foreach (var script in scripts)
        {
            using var answer = await _host.SendAsync(HttpMethod.Get, $"/scalar/{script}");
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), script);
        }
    }

    /// <summary>Every schema inside another, references left alone.</summary>
    private static IEnumerable<JsonObject> Members(JsonNode node) => node switch
    {
        JsonObject members => members.Where(m => m.Key is not ("example" or "examples") && m.Value is not null)
            .SelectMany(m => Members(m.Value!).Prepend(m.Key == "properties" ? null : m.Value as JsonObject).OfType<JsonObject>()),
        JsonArray items => items.OfType<JsonNode>().SelectMany(i => Members(i).Prepend(i as JsonObject).OfType<JsonObject>()),
        _ => [],
    };

    private IEnumerable<(string Method, string Path, JsonObject Operation)> Operations() =>
        from path in _document["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        select (operation.Key.ToUpperInvariant(), path.Key, operation.Value!.AsObject());

    private static void AssertExamples(JsonNode described, string name)
    {
        var content = described["content"]?.AsObject();
        Assert.That(content, Is.Not.Null.And.Not.Empty, name);
        foreach (var (type, body) in content!)
            Assert.That(body!["example"], Is.Not.Null, $"{name} ({type})");
    }

    [GeneratedRegex("^(Append|Cancel|Close|Create|Delete|Download|End|Fire|Get|List|ListenTo|Open|Ping|Plot|Predict|Preview|Profile|"
        + "Promote|Put|Rerun|Resume|Revoke|RollBack|Start)([A-Z][a-z]+)*$")]
    private static partial Regex Doing();

    [GeneratedRegex("UTC|zone|offset")]
    private static partial Regex Zone();

    [GeneratedRegex("[a-z][a-z0-9_]*")]
    private static partial Regex Word();

    [GeneratedRegex("^[a-z][a-z0-9_]*$")]
    private static partial Regex SnakeCase();

    [GeneratedRegex("<script[^>]* src=\"([^\"]+)\"")]
    private static partial Regex Source();
}
