using System.Net;
using System.Text.Json.Nodes;
using FLTS.Tests.Host;
using FLTS.Tests.Page;
using NUnit.Framework;

namespace FLTS.Tests.Access;

/// <summary><c>allowed_actions</c> role by role, of what has ended and of what a station has; and that they are true.</summary>
[TestFixture]
internal sealed class AllowedActionsTests
{
    private readonly Dictionary<string, string> _keys = [];

    private RunningHost _host = null!;
    private string _pipeline = null!;
    private string _champion = null!;
    private string _other = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _host = await RunningHost.StartAsync(settings: new Dictionary<string, string?> { ["Pipeline:DemoOnEmpty"] = "false" }).ReadyAsync();
        var pipeline = await PageStation.PromoteAsync(_host);
        _pipeline = pipeline["pipeline_id"]!.ToString();
        _champion = (await _host.GetAsync($"/champions/{PageStation.Name}")).Body["in_force"]!["run_id"]!.ToString();
        _other = pipeline["runs"]!.AsArray().Select(r => r!["run_id"]!.ToString()).First(r => r != _champion);
        foreach (var role in Roles.All)
            _keys[role] = (await _host.CreateKeyAsync(role)).Text("key");
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _host.DisposeAsync();

    [TestCase(Roles.Read, "", "", "", "")]
    [TestCase(Roles.Train, "rerun", "rerun", "", "start_pipeline append upload")]
    [TestCase(Roles.Promote, "promote", "promote shadow", "promote", "")]
    [TestCase(Roles.Admin, "rerun promote", "rerun promote shadow", "promote", "start_pipeline append upload delete")]
    public async Task Each_role_is_told_what_it_may_do_alone_and_in_a_list(
        string role, string ofPipeline, string ofRun, string ofChampions, string ofDataset)
    {
        foreach (var (one, list, id, expected) in new[]
        {
            ($"/pipelines/{_pipeline}", "/pipelines", "pipeline_id", ofPipeline),
            ($"/runs/{_other}", "/runs", "run_id", ofRun),
            ($"/champions/{PageStation.Name}", "/champions", "identifier", ofChampions),
            ($"/datasets/{PageStation.Name}", "/datasets", "name", ofDataset),
        })
        {
            var view = await _host.AskWithAsync(_keys[role], HttpMethod.Get, one).ExpectAsync(HttpStatusCode.OK);
            var all = await _host.AskWithAsync(_keys[role], HttpMethod.Get, list).ExpectAsync(HttpStatusCode.OK);
            var items = all.Body["items"]!.AsArray();
            Assert.That(Actions(view.Body), Is.EqualTo(expected), one);
            Assert.That(
                Actions(items.First(i => i![id]!.ToString() == view.Body[id]!.ToString())!), Is.EqualTo(expected), list);
        }
    }

    [Test]
    public async Task Who_shows_no_key_is_offered_nothing()
    {
        foreach (var path in new[] { $"/pipelines/{_pipeline}", $"/runs/{_other}", "/datasets/mast-7", "/champions/mast-7" })
        {
            using var answer = await _host.SendAsync(HttpMethod.Get, path);
            Assert.That(Actions(await RunningHost.JsonAsync(answer)), Is.Empty, path);
        }
    }

    [Test]
    public async Task What_is_offered_follows_the_state_and_what_is_not_is_refused()
    {
        var champion = await RunAsync(_champion);
        var refused = await _host.AskWithAsync(_keys[Roles.Promote], HttpMethod.Post, $"/runs/{_champion}/shadow");
        await _host.AskWithAsync(_keys[Roles.Promote], HttpMethod.Post, $"/runs/{_other}/shadow").ExpectAsync(HttpStatusCode.Accepted);
        var shadow = await RunAsync(_other);
        await _host.AskWithAsync(_keys[Roles.Promote], HttpMethod.Delete, $"/runs/{_other}/shadow").ExpectAsync(HttpStatusCode.Accepted);

        Assert.That((champion["place"]!.ToString(), Actions(champion)), Is.EqualTo(("champion", "promote")));
        Assert.That(refused.Status, Is.EqualTo(HttpStatusCode.Conflict));
        Assert.That((shadow["place"]!.ToString(), Actions(shadow)), Is.EqualTo(("shadow", "promote end_shadow")));
        Assert.That(Actions(await RunAsync(_other)), Is.EqualTo("promote shadow"));
    }

    private async Task<JsonObject> RunAsync(string run) =>
        (await _host.AskWithAsync(_keys[Roles.Promote], HttpMethod.Get, $"/runs/{run}").ExpectAsync(HttpStatusCode.OK)).Body;

    private static string Actions(JsonNode view) => string.Join(' ', view["allowed_actions"]!.AsArray().Select(a => a!.ToString()));
}
