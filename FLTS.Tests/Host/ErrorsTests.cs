using System.Net;
using System.Text;
using FLTS.Host.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace FLTS.Tests.Host;

[TestFixture, Parallelizable]
internal sealed class ErrorsTests
{
    private const string Secret = "the connection string";

    private static readonly Dictionary<string, Exception> _faults = new()
    {
        ["input"] = new InvalidInputException("Row 3 of a.csv has no time.") { Details = { ["row"] = 3 } },
        ["missing"] = new NotFoundException("There is no run 'x'."),
        ["conflict"] = new ConflictException("It has ended."),
        ["large"] = new TooLargeException("At most 5 rows."),
        ["busy"] = new TooManyException("The queue is full.", 7),
        ["away"] = new UnavailableException("No model is served."),
        ["bug"] = new InvalidOperationException(Secret),
    };

    private RunningHost _host = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _host = await RunningHost.StartAsync(map: app =>
        app.MapGet("/faults/{name}", string (string name) => throw _faults[name]).RequireRole(Roles.Read));

    [OneTimeTearDown]
    public async Task StopAsync() => await _host.DisposeAsync();

    [Test]
    public async Task A_database_whose_tables_are_still_being_made_is_away_and_no_fault()
    {
        var noTable = new InvalidOperationException("EF", new SqliteException("SQLite Error 1: 'no such table: sources'.", 1));
        using var gate = new StartupGate([], TimeProvider.System, NullLogger<StartupGate>.Instance);
        var errors = new ProblemAnswers(gate, NullLogger<ProblemAnswers>.Instance);

        Assert.That(await HandleAsync(), Is.EqualTo((503, "5")), "while it starts");
        await gate.StartAsync(default);
        await gate.OpenedAsync(default);
        Assert.That(await HandleAsync(), Is.EqualTo((500, "")), "afterwards");

        async Task<(int Status, string RetryAfter)> HandleAsync()
        {
            var context = new DefaultHttpContext { RequestServices = _host.App.Services };
            Assert.That(await errors.TryHandleAsync(context, noTable, default), Is.True);
            return (context.Response.StatusCode, context.Response.Headers.RetryAfter.ToString());
        }
    }

    [TestCase("input", 422)]
    [TestCase("missing", 404)]
    [TestCase("conflict", 409)]
    [TestCase("large", 413)]
    [TestCase("busy", 429)]
    [TestCase("away", 503)]
    public async Task A_fault_becomes_a_problem_with_its_status_and_sentence(string name, int status)
    {
        using var answer = await _host.SendAsync(HttpMethod.Get, $"/faults/{name}", withKey: true);
        var problem = await RunningHost.JsonAsync(answer);

        Assert.That((int)answer.StatusCode, Is.EqualTo(status));
        Assert.That(answer.Content.Headers.ContentType!.MediaType, Is.EqualTo("application/problem+json"));
        Assert.That(problem["status"]!.GetValue<int>(), Is.EqualTo(status));
        Assert.That(problem["detail"]!.GetValue<string>(), Is.EqualTo(_faults[name].Message));
    }

    [Test]
    public async Task Details_are_members_of_the_problem()
    {
        using var answer = await _host.SendAsync(HttpMethod.Get, "/faults/input");

        Assert.That((await RunningHost.JsonAsync(answer))["row"]!.GetValue<int>(), Is.EqualTo(3));
    }

    [Test]
    public async Task Too_many_says_when_to_try_again()
    {
        using var answer = await _host.SendAsync(HttpMethod.Get, "/faults/busy");

        Assert.That(answer.Headers.RetryAfter!.Delta, Is.EqualTo(TimeSpan.FromSeconds(7)));
    }

    [TestCase("image/png")]
    [TestCase("text/html")]
    [TestCase("application/octet-stream")]
    public async Task A_caller_that_accepts_no_JSON_still_gets_the_sentence(string accept)
    {
        using var answer = await _host.SendAsync(HttpMethod.Get, "/faults/missing", accept: accept);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("There is no run"));
    }

    [Test]
    public async Task A_bug_shows_a_trace_id_that_the_log_knows_and_nothing_from_inside()
    {
        await using var host = await RunningHost.StartAsync(map: app =>
            app.MapGet("/bug", string () => throw new InvalidOperationException(Secret)).RequireRole(Roles.Read));
        using var answer = await host.SendAsync(HttpMethod.Get, "/bug");
        var text = await answer.Content.ReadAsStringAsync();
        var trace = (await RunningHost.JsonAsync(answer))["trace_id"]!.GetValue<string>().Split('-')[1];

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.InternalServerError));
        Assert.That(text, Does.Not.Contain(Secret).And.Not.Contain("InvalidOperationException"));
        var errors = (await host.LogsAsync()).Where(l => l["@l"]?.GetValue<string>() == "Error").ToList();
        Assert.That(errors, Has.Count.EqualTo(1), "logged once");
        Assert.That(errors[0]["@tr"]!.GetValue<string>(), Is.EqualTo(trace));
        Assert.That(errors[0]["@x"]!.GetValue<string>(), Does.Contain(Secret));
    }

    [Test]
    public async Task A_database_that_is_away_is_no_bug_and_is_asked_again()
    {
        await using var host = await RunningHost.StartAsync(map: app => app.MapGet("/away", string () =>
            throw new InvalidOperationException("likely transient", new Npgsql.NpgsqlException("x", new IOException("gone"))))
                .RequireRole(Roles.Read));
        using var answer = await host.SendAsync(HttpMethod.Get, "/away");

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(answer.Headers.RetryAfter!.Delta, Is.EqualTo(TimeSpan.FromSeconds(5)));
        Assert.That((await RunningHost.JsonAsync(answer))["detail"]!.GetValue<string>(), Does.Contain("database does not answer"));
    }

    [TestCase("{\"data\": [1,\n 2", 400, "line 2")]
    [TestCase("", 400, "The body is missing")]
    [TestCase("[]", 422, "")]
    public async Task A_bad_body_is_told_where_it_is_bad(string body, int status, string expected)
    {
        using var answer = await _host.SendAsync(
            HttpMethod.Post, "/predict", content: new StringContent(body, Encoding.UTF8, "application/json"));

        Assert.That((int)answer.StatusCode, Is.EqualTo(status), await answer.Content.ReadAsStringAsync());
        Assert.That((await RunningHost.JsonAsync(answer))["detail"]!.GetValue<string>(), Does.Contain(expected));
    }

    [Test]
    public async Task A_bad_query_parameter_is_named_with_what_it_must_be()
    {
        using var answer = await _host.SendAsync(HttpMethod.Get, "/runs?limit=many");

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(
            (await RunningHost.JsonAsync(answer))["detail"]!.GetValue<string>(),
            Is.EqualTo("'limit' is 'many'; it must be a whole number."));
    }

    [TestCase("GET", "/predict", null, 405, "POST")]
    [TestCase("DELETE", "/runs", null, 405, "GET")]
    [TestCase("POST", "/predict", "text/csv", 415, "text/csv")]
    [TestCase("GET", "/nothing/here", null, 404, "/nothing/here")]
    public async Task What_ASP_NET_refuses_itself_is_a_problem_with_a_sentence_too(
        string method, string path, string? contentType, int status, string expected)
    {
        using var answer = await _host.SendAsync(
            new HttpMethod(method),
            path,
            content: contentType is null ? null : new StringContent("a,b", Encoding.UTF8, contentType));

        Assert.That((int)answer.StatusCode, Is.EqualTo(status));
        Assert.That(answer.Content.Headers.ContentType?.MediaType, Is.EqualTo("application/problem+json"));
        var problem = await RunningHost.JsonAsync(answer);
        Assert.That(problem["status"]!.GetValue<int>(), Is.EqualTo(status));
        Assert.That(problem["detail"]?.GetValue<string>(), Does.Contain(expected));
    }

    [TestCase("/pipelines", Requests.LargestBody, "larger than 64 MiB, the most that is taken at once.")]
    [TestCase("/predict", 4 << 20, "larger than 4 MiB, the most that is taken at once (Limits:PredictBodyMb).")]
    [TestCase("/predict/batch", 4 << 20, "larger than 4 MiB, the most that is taken at once (Limits:PredictBodyMb).")]
    public async Task A_body_above_the_limit_is_refused_with_the_limit(string path, long limit, string sentence)
    {
        using var content = new ByteArrayContent(new byte[limit + 1]);
        content.Headers.ContentType = new("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        request.Headers.Add(Security.Header, _host.Key);
        request.Headers.ExpectContinue = true; // So that the answer comes before the body.
        using var answer = await _host.Http.SendAsync(request);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain(sentence));
    }
}
