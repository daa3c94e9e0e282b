using System.Text.Json.Nodes;
using NUnit.Framework;

namespace FLTS.Tests.Host.Clients;

/// <summary>What reads the OpenAPI document and runs on node: a lint, and the types of clients in TypeScript. They come from npm.</summary>
[TestFixture, Category(TestCategories.Slow), Category(TestCategories.Soak)]
internal sealed class NodeTests
{
    private ServedDemo _demo = null!;
    private string _folder = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _demo = await ServedDemo.StartAsync();
        _folder = Directory.CreateDirectory(_demo.Folder["node"]).FullName;
        var kept = Path.Combine(TestContext.CurrentContext.TestDirectory, "Host", "Clients");
        foreach (var file in Directory.GetFiles(Path.Combine(kept, "Calls", "TypeScript")).Append(Path.Combine(kept, "redocly.yaml")))
            File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
        await Tool.RunAsync("npm", _folder, "install", "--no-audit", "--no-fund", "--loglevel=error");
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _demo.DisposeAsync();

    [Test]
    public async Task The_document_is_clean_to_redocly()
    {
        var said = await BinAsync("redocly", "lint", _demo.Document, "--config", "redocly.yaml", "--format", "json");
        var found = JsonNode.Parse(said[said.IndexOf('{', StringComparison.Ordinal)..(said.LastIndexOf('}') + 1)])!;

        Assert.That(found["problems"]!.AsArray().Select(p => $"{p!["ruleId"]}: {p["message"]}"), Is.Empty);
        Assert.That(found["totals"]!["errors"]!.GetValue<int>() + found["totals"]!["warnings"]!.GetValue<int>(), Is.Zero, said);
    }

    [Test]
    public async Task A_client_by_openapi_typescript_compiles_and_makes_ten_calls()
    {
        await _demo.TrainAsync();
        await BinAsync("openapi-typescript", _demo.Document, "-o", "flts.d.ts");
        await BinAsync(
            "tsc", "--strict", "--noUncheckedIndexedAccess", "--module", "nodenext", "--target", "es2022", "--lib", "es2022,dom",
            "calls.ts");
        var said = await Tool.RunAsync("node", _folder, "calls.js", _demo.Address.ToString().TrimEnd('/'), _demo.Key);

        Assert.That(int.Parse(said.Split(' ')[0]), Is.GreaterThanOrEqualTo(10), said);
    }

    private Task<string> BinAsync(string name, params string[] arguments) =>
        Tool.RunAsync(Path.Combine(_folder, "node_modules", ".bin", name), _folder, arguments);
}
