using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using FLTS.Host.Hosting;
using FLTS.Tests.Host;
using Microsoft.AspNetCore.Builder;
using NUnit.Framework;

namespace FLTS.Tests.Access;

/// <summary>Every endpoint states its role, and nobody without it gets through.</summary>
[TestFixture, Parallelizable]
internal sealed class EndpointRolesTests
{
    /// <summary>What the outside contract says, for the endpoints that change something or are open.</summary>
    private static readonly Dictionary<string, string> _contract = new()
    {
        ["GET /healthz"] = Roles.Open,
        ["GET /readyz"] = Roles.Open,
        ["GET /ready"] = Roles.Open,
        ["GET /predict_ping"] = Roles.Open,
        ["GET /metrics"] = Roles.Read,
        ["GET /session"] = Roles.Open,
        ["POST /session"] = Roles.Open,
        ["DELETE /session"] = Roles.Open,
        ["GET /ui/sign-in"] = Roles.Open,
        ["GET /ui/assets/{name}"] = Roles.Open,
        ["PUT /datasets/{name}"] = Roles.Train,
        ["POST /datasets/{name}/rows"] = Roles.Train,
        ["POST /datasets/preview"] = Roles.Train,
        ["GET /datasets/{name}/options"] = Roles.Train,
        ["PUT /datasets/{name}/options"] = Roles.Train,
        ["DELETE /datasets/{name}"] = Roles.Admin,
        ["GET /datasets"] = Roles.Read,
        ["GET /datasets/{name}/series"] = Roles.Read,
        ["POST /pipelines"] = Roles.Train,
        ["POST /pipelines/{id}/cancel"] = Roles.Train,
        ["POST /pipelines/{id}/rerun"] = Roles.Train,
        ["GET /pipelines"] = Roles.Read,
        ["GET /runs"] = Roles.Read,
        ["POST /runs/{run_id}/cancel"] = Roles.Train,
        ["POST /runs/{run_id}/rerun"] = Roles.Train,
        ["POST /runs/{run_id}/shadow"] = Roles.Promote,
        ["DELETE /runs/{run_id}/shadow"] = Roles.Promote,
        ["POST /promote"] = Roles.Promote,
        ["GET /promotions"] = Roles.Read,
        ["GET /champions"] = Roles.Read,
        ["POST /champions/{identifier}/rollback"] = Roles.Promote,
        ["POST /predict"] = Roles.Predict,
        ["GET /predict/{identifier}"] = Roles.Predict,
        ["POST /predict/batch"] = Roles.Predict,
        ["POST /backtests"] = Roles.Train,
        ["GET /backtests/{id}"] = Roles.Read,
        ["GET /live"] = Roles.Read,
        ["GET /live/{identifier}"] = Roles.Read,
        ["GET /drift"] = Roles.Read,
        ["PUT /schedules/{name}"] = Roles.Train,
        ["DELETE /schedules/{name}"] = Roles.Train,
        ["POST /schedules/{name}/fire"] = Roles.Train,
        ["GET /schedules"] = Roles.Read,
        ["GET /retention/plan"] = Roles.Read,
        ["GET /keys"] = Roles.Admin,
        ["POST /keys"] = Roles.Admin,
        ["POST /keys/link"] = Roles.Admin,
        ["DELETE /keys/{id}"] = Roles.Admin,
        ["GET /audit"] = Roles.Admin,
        ["GET /events"] = Roles.Read,
        ["GET /models/loaded"] = Roles.Read,
    };

    private RunningHost _host = null!;
    private Dictionary<string, string> _keys = null!;

    private static IEnumerable<string> Held => [.. Roles.All, "train,promote"];

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _host = await RunningHost.StartAsync("0.0.0.0").ReadyAsync();
        _keys = [];
        foreach (var role in Held)
            _keys[role] = (await _host.CreateKeyAsync(role)).Text("key");
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _host.DisposeAsync();

    [Test]
    public void Every_endpoint_states_the_role_that_the_contract_names()
    {
        var endpoints = Endpoint.Of(_host);

        Assert.That(Endpoint.Wrong(endpoints, _contract), Is.Empty);
        Assert.That(endpoints.Where(e => e.Changes).ToList(), Has.Count.AtLeast(20));
    }

    [Test]
    public async Task A_planted_endpoint_without_a_role_or_with_one_too_low_is_found()
    {
        await using var host = await RunningHost.StartAsync(map: app =>
        {
            app.MapGet("/bare", () => "ok");
            app.MapGet("/for-all", () => "ok").RequireRole(Roles.Open);
            app.MapDelete("/all", () => "ok").RequireRole(Roles.Read);
            app.MapGet("/fine", () => "ok").RequireRole(Roles.Read);
        });

        Assert.That(Endpoint.Wrong(Endpoint.Of(host), _contract), Is.EquivalentTo(new[]
        {
            "GET /bare states no role",
            "GET /for-all is open to everybody and not listed",
            "DELETE /all changes something and needs no more than to read",
        }));
    }

    [TestCaseSource(nameof(Held))]
    public async Task A_key_gets_through_where_its_role_is_held_and_nowhere_else(string held)
    {
        var caller = new Caller("any", "any", held);
        foreach (var endpoint in Endpoint.Of(_host).Where(e => e.Role != Roles.Open && e.Path != "/keys/link"))
        {
            var status = await StatusAsync(endpoint, _keys[held]);
            if (caller.May(endpoint.Role!))
                Assert.That(status, Is.Not.EqualTo(HttpStatusCode.Unauthorized).And.Not.EqualTo(HttpStatusCode.Forbidden), $"{endpoint}");
            else
                Assert.That(status, Is.EqualTo(HttpStatusCode.Forbidden), $"{endpoint} needs {endpoint.Role}");
        }
    }

    [Test]
    public async Task Whoever_has_no_role_is_told_which_one_is_needed_and_which_is_held()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/promote") { Content = Body() };
        request.Headers.Add(Security.Header, _keys[Roles.Read]);
        using var answer = await _host.Http.SendAsync(request);
        var problem = await RunningHost.JsonAsync(answer);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(
            problem["detail"]!.GetValue<string>(), Is.EqualTo("POST /promote needs the role 'promote'; the key 'of read' has 'read'."));
    }

    [TestCase(Roles.Read, "read")]
    [TestCase(Roles.Predict, "predict")]
    [TestCase(Roles.Train, "read predict train")]
    [TestCase(Roles.Promote, "read predict promote")]
    [TestCase("train,promote", "read predict train promote")]
    [TestCase(Roles.Admin, "read predict train promote admin")]
    public async Task What_a_key_may_do_is_told_to_who_shows_it(string held, string may)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/session");
        request.Headers.Add(Security.Header, _keys[held]);
        using var answer = await _host.Http.SendAsync(request);

        Assert.That(
            (await RunningHost.JsonAsync(answer))["may"]!.AsArray().Select(r => r!.GetValue<string>()), Is.EqualTo(may.Split(' ')));
    }

    private async Task<HttpStatusCode> StatusAsync(Endpoint endpoint, string key)
    {
        using var request = new HttpRequestMessage(new HttpMethod(endpoint.Method), endpoint.Path);
        request.Headers.Add(Security.Header, key);
        if (endpoint.Changes)
            request.Content = Body();
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(100));
        using var answer = await _host.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, end.Token);
        return answer.StatusCode;
    }

    private static StringContent Body() => new("{}", Encoding.UTF8, "application/json");
}

/// <summary>Keys as an administrator of a running host makes them.</summary>
internal static class KeyClient
{
    public static async Task<Answer> CreateKeyAsync(this RunningHost host, string role, DateTimeOffset? expires = null)
    {
        var body = new JsonObject { ["role"] = role, ["name"] = $"of {role}", ["expires"] = expires };
        return await host.AskAsync(
            HttpMethod.Post, "/keys", new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"))
            .ExpectAsync(HttpStatusCode.Created);
    }

    /// <summary>What a request with a key is answered.</summary>
    public static async Task<Answer> AskWithAsync(this RunningHost host, string key, HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Add(Security.Header, key);
        if (method != HttpMethod.Get)
            request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        using var response = await host.Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new Answer(response.StatusCode, text.StartsWith('{') ? JsonNode.Parse(text)!.AsObject() : []);
    }
}
