using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace FLTS.Benchmarks.Predict;

/// <summary>The product as a process of its own on loopback, with a folder for its data that goes with it.</summary>
internal sealed class ServedChampions : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(5);

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("flts-bench-");
    private readonly Process _process;
    private readonly HttpClient _http;

    private ServedChampions(string host)
    {
        Server = new IPEndPoint(IPAddress.Loopback, FreePort());
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])
            [host, "run", "--data", _data.FullName, "--urls", $"http://{Server}", "--set", "Pipeline:DemoOnEmpty=false"])
            start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _http = new HttpClient { BaseAddress = new Uri($"http://{Server}"), Timeout = TimeSpan.FromSeconds(60) };
    }

    public IPEndPoint Server { get; }

    /// <summary>Seconds of processor the server has had.</summary>
    public double CpuSeconds
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime.TotalSeconds;
        }
    }

    /// <summary>Bytes the server holds.</summary>
    public long Memory
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    public static async Task<ServedChampions> StartAsync(string host)
    {
        var served = new ServedChampions(host);
        await served.UntilAsync("the server answers", async () => (await served._http.GetAsync("/readyz")).IsSuccessStatusCode);
        var key = await File.ReadAllTextAsync(Path.Combine(served._data.FullName, "keys", "admin.key"));
        served._http.DefaultRequestHeaders.Add("X-Api-Key", key.Trim());
        return served;
    }

    /// <summary>Trains and promotes one model; afterwards the server answers for the identifier.</summary>
    /// <param name="identifier">Also the dataset's name.</param>
    /// <param name="csv">The data.</param>
    /// <param name="modelType">The only candidate.</param>
    /// <param name="hyperparameters">Of it.</param>
    public async Task PromoteAsync(string identifier, byte[] csv, string modelType, JsonObject hyperparameters)
    {
        using var content = new ByteArrayContent(csv);
        content.Headers.ContentType = new("text/csv");
        (await _http.PutAsync($"/datasets/{identifier}", content)).EnsureSuccessStatusCode();
        var body = new JsonObject
        {
            ["dataset"] = identifier,
            ["model_types"] = new JsonArray(modelType),
            ["training"] = new JsonObject { [modelType] = hyperparameters },
        };
        var asked = await _http.PostAsJsonAsync("/pipelines", body);
        asked.EnsureSuccessStatusCode();
        var id = (await asked.Content.ReadFromJsonAsync<JsonObject>())!["pipeline_id"]!.GetValue<string>();
        await UntilAsync($"{modelType} is promoted", async () =>
            (await _http.GetFromJsonAsync<JsonObject>($"/pipelines/{id}"))!["status"]!.GetValue<string>() switch
            {
                "promoted" => true,
                "failed" or "cancelled" or "superseded" or "below_baseline" => throw new InvalidOperationException(
                    $"{modelType} was not promoted: {await _http.GetStringAsync($"/pipelines/{id}")}"),
                _ => false,
            });
    }

    /// <summary>Bytes the server has allocated since its start, as it counts them itself.</summary>
    public async Task<double> AllocatedBytesAsync()
    {
        const string Name = "dotnet_gc_heap_total_allocated_bytes_total";
        var line = (await _http.GetStringAsync("/metrics")).Split('\n')
            .Single(l => l.StartsWith(Name, StringComparison.Ordinal) && l[Name.Length] is ' ' or '{');
        return double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _data.Delete(recursive: true);
    }

    private async Task UntilAsync(string what, Func<Task<bool>> holds)
    {
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < _patience; await Task.Delay(100))
        {
            if (_process.HasExited)
                throw new InvalidOperationException($"The server ended with code {_process.ExitCode} before {what}.");
            try
            {
                if (await holds())
                    return;
            }
            catch (HttpRequestException)
            {
                // Not there yet.
            }
        }

        throw new TimeoutException($"Waited {_patience} until {what}.");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
