using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace FLTS.Benchmarks.Predict;

/// <summary>A server as a process of its own on loopback: what it takes of the machine is told apart from what the load takes.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(5);

    private readonly Process _process;

    /// <param name="assembly">A program file.</param>
    /// <param name="arguments">Of it, told its address.</param>
    public ServerProcess(string assembly, Func<string, IEnumerable<string>> arguments)
    {
        Address = new IPEndPoint(IPAddress.Loopback, FreePort());
        Http = new HttpClient { BaseAddress = new Uri($"http://{Address}"), Timeout = TimeSpan.FromMinutes(1) };
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments($"http://{Address}").Prepend(assembly))
            start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
        _process.BeginOutputReadLine(); // Nobody reads it, and a full pipe would stop the server.
        _process.BeginErrorReadLine();
    }

    public IPEndPoint Address { get; }

    public HttpClient Http { get; }

    /// <summary>Seconds of processor it has had.</summary>
    public double CpuSeconds => Now.TotalProcessorTime.TotalSeconds;

    /// <summary>Bytes it holds.</summary>
    public long Memory => Now.WorkingSet64;

    private Process Now
    {
        get
        {
            _process.Refresh();
            return _process;
        }
    }

    /// <summary>Asks again and again; a server that is not there yet does not hold.</summary>
    public async Task UntilAsync(string what, Func<Task<bool>> holds)
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

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
