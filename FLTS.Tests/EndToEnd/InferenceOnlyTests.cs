using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using FLTS.Tests.Faults;
using NUnit.Framework;

namespace FLTS.Tests.EndToEnd;

/// <summary>A process that serves and does not train needs neither libtorch nor the C++ wrapper of the launcher.</summary>
[TestFixture, Parallelizable, Category(TestCategories.Servers), Category(TestCategories.Slow)]
internal sealed class InferenceOnlyTests
{
    private static readonly string[] _trainersLibraries = ["libtorch", "libLibTorchSharp", "libc10", "lib_lightgbm", "CpuMathNative"];

    [Test, Category(TestCategories.Soak)]
    public Task A_process_that_serves_alone_answers_without_having_loaded_what_only_trainers_need() =>
        AnswersAsync(FltsStart.ProductHost);

    [Test, Category(TestCategories.Soak)]
    public async Task A_published_folder_without_trainers_loads_a_champion_and_answers()
    {
        using var published = new TemporaryFolder();
        await PublishAsync(published["app"]);
        var files = Directory.EnumerateFiles(published["app"], "*", SearchOption.AllDirectories).Select(f => new FileInfo(f)).ToList();
        TestContext.Out.WriteLine($"The published folder has {files.Sum(f => f.Length) / 1e6:F0} MB.");
        Assert.That(files.Select(f => f.Name).Where(IsOfTrainers), Is.Empty);

        await AnswersAsync(Path.Combine(published["app"], "FLTS.Host.dll"));
    }

    /// <summary>Tells how long after its start the first forecast was there.</summary>
    private static async Task AnswersAsync(string host)
    {
        using var folder = new TemporaryFolder();
        Stations.Write(folder["datasets"], "station", 400);
        var environment = await FullSettings.CreateAsync();
        await using var whole = FltsProcess.Start(new FltsStart
        {
            Data = folder["whole"],
            Settings = Story.Settings(),
            Environment = environment,
            Arguments = ["--datasets", folder["datasets"]],
        });
        await whole.WaitUntilReadyAsync();
        await whole.UseAdminKeyAsync();
        foreach (var type in new[] { "GRU", "LIGHTGBM" })
        {
            var id = await whole.StartPipelineAsync(new JsonObject
            {
                ["dataset"] = "station",
                ["identifier"] = type,
                ["model_types"] = new JsonArray(type),
            });
            Assert.That(Story.Text(await whole.WaitForEndAsync(id), "status"), Is.EqualTo("promoted"));
        }

        var began = Stopwatch.StartNew();
        await using var serving = FltsProcess.Start(new FltsStart
        {
            Host = host,
            Data = folder["serving"],
            Environment = new Dictionary<string, string>(environment) { ["Modules__Enabled__0"] = "Inference", ["LD_LIBRARY_PATH"] = "" },
        });
        var first = await FirstAnswerAsync(serving, began);
        TestContext.Out.WriteLine($"The first answer was there {first.TotalSeconds:F2} s after the start.");
        await serving.WaitUntilReadyAsync();
        await serving.UseAdminKeyAsync();
        foreach (var type in new[] { "GRU", "LIGHTGBM" })
        {
            await serving.WaitForAsync($"{type} to be served", async () =>
                (await serving.GetAsync("/models/loaded"))["items"]!
                    .AsArray()
                    .FirstOrDefault(m => Story.Text(m!.AsObject(), "identifier") == type));
            var request = new JsonObject { ["identifier"] = type, ["inference_length"] = 3 };
            var answer = await serving.PostAsync("/predict", request.DeepClone().AsObject());
            Assert.That(answer["model_type"]!.GetValue<string>(), Is.EqualTo(type));
            Assert.That(
                answer["predictions"]!.ToJsonString(),
                Is.EqualTo((await whole.PostAsync("/predict", request))["predictions"]!.ToJsonString()),
                "as the process that trained it");
        }

        Assert.That(
            (await File.ReadAllLinesAsync($"/proc/{serving.Id}/maps")).Select(l => Path.GetFileName(l.Split(' ')[^1])).Where(IsOfTrainers),
            Is.Empty);
    }

    private static async Task<TimeSpan> FirstAnswerAsync(FltsProcess serving, Stopwatch began)
    {
        for (var told = ""; ; await Task.Delay(10))
        {
            try
            {
                using var answer = await serving.Http.PostAsJsonAsync("/predict", new { identifier = "GRU", inference_length = 3 });
                if (answer.StatusCode == HttpStatusCode.OK)
                    return began.Elapsed;
                told = await answer.Content.ReadAsStringAsync();
            }
            catch (HttpRequestException e)
            {
                told = e.Message; // Not there yet.
            }

            Assert.That(began.Elapsed, Is.LessThan(TimeSpan.FromMinutes(2)), told);
        }
    }

    private static bool IsOfTrainers(string file) => _trainersLibraries.Any(l => file.StartsWith(l, StringComparison.OrdinalIgnoreCase));

    /// <summary>From a copy of the sources: what a build restores depends on the switch.</summary>
    private static async Task PublishAsync(string into)
    {
        using var copy = new TemporaryFolder();
        var script =
            $"cd '{Repository.Root}' && tar -c --exclude=bin --exclude=obj *.json Directory.* .editorconfig FLTS.Modules FLTS.Host "
            + $"| tar -x -C '{copy.Path}' && cd '{copy.Path}' && dotnet publish FLTS.Host -c Release -r linux-x64 --no-self-contained "
            + $"-p:FltsTrainers=false -p:PublishReadyToRun=true --nologo -v q -o '{into}'";
        using var process = Process.Start(new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true })!;
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.That(process.ExitCode, Is.Zero, said);
    }
}
