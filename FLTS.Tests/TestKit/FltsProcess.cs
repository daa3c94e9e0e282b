using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace FLTS.Tests.TestKit;

/// <summary>How <see cref="FltsProcess.Start"/> starts the host.</summary>
internal sealed record FltsStart
{
    /// <summary>The data folder; two starts on the same one are the same installation.</summary>
    public required string Data { get; init; }

    /// <summary>The program as it is built for people, in the configuration of the tests.</summary>
    public static readonly string ProductHost = Path.Combine(
        Repository.Root, "FLTS.Host", "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0", "FLTS.Host.dll");

    /// <summary>The program's file.</summary>
    public string Host { get; init; } = ProductHost;

    /// <summary>Null: a free one.</summary>
    public int? Port { get; init; }

    /// <summary>Given as <c>--set Section:Key=Value</c>.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Given as environment variables, for instance <c>Database__Provider</c>.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// What the process may take of memory, in MB, as if its container had so much: half of it is what the product gives to a step
    /// (<c>Limits:MemoryMb</c>), .NET keeps within it, and the kernel refuses what goes beyond it and what stacks and heaps only reserve
    /// (<c>ulimit -d</c>). Null: all there is.
    /// </summary>
    public int? MemoryMb { get; init; }

    /// <summary>Private memory, in MB, that a process has asked for and never touches: stacks of its threads, most of all.</summary>
    internal const int ReservedMb = 768;

    /// <summary>More options of the command <c>run</c>, for instance <c>--datasets DIR --pipeline NAME --exit</c>.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];
}

/// <summary>
/// The real host as a process of its own, on 127.0.0.1: what end-to-end tests start, ask, kill and start again.
/// Every wait ends with an exception that shows the process's last lines when it ended or when the time is over.
/// </summary>
internal sealed class FltsProcess : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(3);
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<JsonObject> _logs = new();
    private readonly string _data;

    private FltsProcess(Process process, int port, string data)
    {
        (_process, _data) = (process, data);
        BaseAddress = new Uri($"http://127.0.0.1:{port}");
        Http = new HttpClient { BaseAddress = BaseAddress, Timeout = TimeSpan.FromMinutes(2) };
    }

    public Uri BaseAddress { get; }

    /// <summary>A client without a key; see <see cref="UseAdminKeyAsync"/>.</summary>
    public HttpClient Http { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Everything printed so far, standard output and error.</summary>
    public IReadOnlyCollection<string> Output => _output;

    /// <summary>The log so far, an object a line, each with <c>event</c> where it has a name.</summary>
    public IReadOnlyCollection<JsonObject> Logs => _logs;

    /// <summary>Log entries of the event <paramref name="name"/> so far.</summary>
    public IReadOnlyList<JsonObject> Events(string name) => [.. _logs.Where(entry => IsEvent(entry, name))];

    /// <summary>Starts <c>run</c>; returns at once, before anything answers.</summary>
    public static FltsProcess Start(FltsStart start)
    {
        var port = start.Port ?? FreePort.Next();
        var info = new ProcessStartInfo(start.MemoryMb is null ? "dotnet" : "sh")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = Directory.CreateDirectory(start.Data).FullName,
        };
        string[] limit = start.MemoryMb is { } most
            ? ["-c", $"ulimit -d {(most + FltsStart.ReservedMb) << 10}; exec dotnet \"$@\"", "sh"]
            : [];
        string[] arguments =
        [
            .. limit, start.Host, "run", "--json-logs", "--data", start.Data, "--urls", $"http://127.0.0.1:{port}",
            "--set", "Page:WarmUpSeconds=0",
        ];
        foreach (var argument in arguments.Concat(start.Arguments)
            .Concat(start.Settings.SelectMany(s => new[] { "--set", $"{s.Key}={s.Value}" })))
            info.ArgumentList.Add(argument);
        foreach (var (name, value) in start.Environment)
            info.Environment[name] = value;
        if (start.MemoryMb is { } memory)
            info.Environment["DOTNET_GCHeapHardLimit"] = $"0x{(long)memory << 20:X}";

        var process = new FltsProcess(new Process { StartInfo = info }, port, start.Data);
        process.Run();
        return process;
    }

    /// <summary>Waits until <c>/healthz</c> answers.</summary>
    public Task WaitUntilAliveAsync() => WaitForStatusAsync("/healthz");

    /// <summary>Waits until <c>/readyz</c> answers 200: all parts are there.</summary>
    public Task WaitUntilReadyAsync() => WaitForStatusAsync("/readyz");

    /// <summary>Waits for a log entry, also one already written.</summary>
    /// <param name="name">The event's name.</param>
    /// <param name="where">More conditions.</param>
    /// <param name="within">Three minutes unless told.</param>
    public Task<JsonObject> WaitForEventAsync(string name, Func<JsonObject, bool>? where = null, TimeSpan? within = null) =>
        WaitForAsync(
            $"the log event '{name}'",
            () => Task.FromResult(_logs.FirstOrDefault(e => IsEvent(e, name) && (where is null || where(e)))),
            within);

    /// <summary>Waits for a printed line, also one already printed.</summary>
    public Task<string> WaitForLineAsync(Func<string, bool> line, TimeSpan? within = null) =>
        WaitForAsync("a certain line", () => Task.FromResult(_output.FirstOrDefault(line)), within);

    /// <summary>Asks again and again until the answer is not null, and returns it.</summary>
    /// <exception cref="InvalidOperationException">The process ended, or the time is over.</exception>
    public async Task<T> WaitForAsync<T>(string what, Func<Task<T?>> ask, TimeSpan? within = null)
        where T : class
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            // Asked in this order, so that what a process wrote just before its end is still seen.
            var ended = _process.HasExited;
            if (ended)
                await _process.WaitForExitAsync();
            if (await ask() is { } found)
                return found;
            if (ended)
                throw Failure($"ended with code {_process.ExitCode} before {what}");
            if (waited.Elapsed > (within ?? _patience))
                throw Failure($"still without {what} after {within ?? _patience}");
            await Task.Delay(100);
        }
    }

    /// <summary>Sends the admin key of the data folder with every request of <see cref="Http"/> from now on.</summary>
    public async Task UseAdminKeyAsync()
    {
        var file = Path.Combine(_data, "keys", "admin.key");
        var key = await WaitForAsync("the admin key's file", async () =>
            File.Exists(file) ? (await File.ReadAllTextAsync(file)).Trim() is { Length: > 0 } text ? text : null : null);
        Http.DefaultRequestHeaders.Remove("X-Api-Key");
        Http.DefaultRequestHeaders.Add("X-Api-Key", key);
    }

    /// <summary>Waits for the end and returns the exit code.</summary>
    public async Task<int> WaitForExitAsync(TimeSpan? within = null)
    {
        using var limit = new CancellationTokenSource(within ?? _patience);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            throw Failure($"still running after {within ?? _patience}");
        }
    }

    /// <summary>SIGKILL: nothing of it gets to clean up. Returns when it is gone.</summary>
    public void Kill()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
    }

    /// <summary>SIGTERM, as a container engine stops it; returns the exit code.</summary>
    public Task<int> StopAsync()
    {
        if (!_process.HasExited)
            Native.Signal(_process.Id, Native.SigTerm);
        return WaitForExitAsync();
    }

    public ValueTask DisposeAsync()
    {
        Kill();
        Http.Dispose();
        _process.Dispose();
        return ValueTask.CompletedTask;
    }

    private static bool IsEvent(JsonObject entry, string name) =>
        entry["event"] is JsonValue value && value.TryGetValue<string>(out var text) && text == name;

    private void Run()
    {
        _process.OutputDataReceived += (_, line) => Read(line.Data);
        _process.ErrorDataReceived += (_, line) => Read(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private void Read(string? line)
    {
        if (line is null)
            return;
        _output.Enqueue(line);
        if (!line.StartsWith('{'))
            return;
        try
        {
            if (JsonNode.Parse(line) is JsonObject entry)
                _logs.Enqueue(entry);
        }
        catch (System.Text.Json.JsonException)
        {
            // A line for people that happens to start with a brace.
        }
    }

    private async Task WaitForStatusAsync(string path) => await WaitForAsync($"200 from {path}", async () =>
    {
        try
        {
            using var answer = await Http.GetAsync(new Uri(path, UriKind.Relative));
            return answer.StatusCode == HttpStatusCode.OK ? "ready" : null;
        }
        catch (HttpRequestException)
        {
            return null; // not listening yet
        }
    });

    private InvalidOperationException Failure(string what) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"FLTS (process {_process.Id}, {BaseAddress}) {what}. Its last lines:\n{string.Join('\n', _output.TakeLast(60))}"));
}
