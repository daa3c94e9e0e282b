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

    [GeneratedRegex("^[a-z][a-z0-9_]*$")]
    private static partial Regex SnakeCase();

    [GeneratedRegex("<script[^>]* src=\"([^\"]+)\"")]
    private static partial Regex Source();
}
