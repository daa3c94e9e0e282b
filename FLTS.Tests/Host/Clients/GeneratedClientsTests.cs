using System.Reflection;
using NJsonSchema.CodeGeneration.CSharp;
using NSwag;
using NSwag.CodeGeneration.CSharp;
using NSwag.CodeGeneration.OperationNameGenerators;
using NUnit.Framework;

namespace FLTS.Tests.Host.Clients;

/// <summary>Clients that are generated from the OpenAPI document compile, and what they call answers what their types say.</summary>
[TestFixture, Parallelizable, Category(TestCategories.Slow)]
internal sealed class GeneratedClientsTests
{
    private ServedDemo _demo = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _demo = await ServedDemo.StartAsync();
        await _demo.TrainAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _demo.DisposeAsync();

    [Test]
    public async Task A_client_by_NSwag_compiles_and_makes_ten_calls()
    {
        var document = await OpenApiDocument.FromFileAsync(_demo.Document);
        var settings = new CSharpClientGeneratorSettings
        {
            ClassName = "FltsClient",
            UseBaseUrl = false,
            OperationNameGenerator = new SingleClientFromOperationIdOperationNameGenerator(),
            CSharpGeneratorSettings =
            {
                Namespace = "Flts.ByNSwag",
                JsonLibrary = CSharpJsonLibrary.SystemTextJson,
                JsonLibraryVersion = 10,
                GenerateNullableReferenceTypes = true,
            },
        };
        Directory.CreateDirectory(_demo.Folder["nswag"]);
        await File.WriteAllTextAsync(_demo.Folder["nswag/Client.cs"], new CSharpClientGenerator(document, settings).GenerateFile());

        await CallAsync("nswag", "NSwagCalls");
    }

    [Test]
    public async Task A_client_by_Kiota_compiles_and_makes_ten_calls()
    {
        var kiota = typeof(GeneratedClientsTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(a => a.Key == "Kiota").Value!;
        var said = await Tool.DotnetAsync(
            _demo.Folder[""], "exec", kiota, "generate", "-l", "CSharp", "-d", _demo.Document, "-o", _demo.Folder["kiota"],
            "-c", "FltsClient", "-n", "Flts.ByKiota", "--log-level", "Warning");
        Assert.That(said, Does.Not.Contain("warn:").And.Not.Contain("crit:"), "it passes over what it cannot read");

        await CallAsync("kiota", "KiotaCalls");
    }

    private async Task CallAsync(string sources, string calls)
    {
        var file = Path.Combine(TestContext.CurrentContext.TestDirectory, "Host", "Clients", "Calls", $"{calls}.cs");
        var client = await ClientCompiler.CompileAsync(_demo.Folder, sources, file);
        using var counted = new CountedCalls(new SocketsHttpHandler());
        var made = client.GetType(calls, throwOnError: true)!.GetMethod("MakeAsync")!.Invoke(null, [counted, _demo.Address, _demo.Key]);
        await (Task)made!;

        Assert.That(counted.Made.Count(), Is.GreaterThanOrEqualTo(10), () => string.Join('\n', counted.Made));
    }
}
