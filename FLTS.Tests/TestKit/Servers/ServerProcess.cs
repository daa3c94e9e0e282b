using System.Diagnostics;

namespace FLTS.Tests.TestKit.Servers;

/// <summary>
/// One program of a server in a process group of its own, its output in a log file. A guard in the group waits for
/// the end of a pipe this process holds: whatever way the tests end, SIGKILL included, the whole group ends with them.
/// </summary>
internal sealed class ServerProcess : IDisposable
{
    // $1 is the log file, the rest the command. The guard kills group 0, which is its own.
    private const string Supervisor = """
        exec 3<&0 </dev/null >>"$1" 2>&1
        shift
        "$@" 3<&- &
        server=$!
        { cat <&3 >/dev/null; kill -KILL 0; } &
        exec 3<&-
        wait "$server"
        echo "ended with code $?"
        kill -KILL 0
        """;

    private static readonly TimeSpan _startLimit = TimeSpan.FromMinutes(3);
    private readonly Process _supervisor;
    private readonly string _log;

    private ServerProcess(Process supervisor, string log) => (_supervisor, _log) = (supervisor, log);

    public bool IsRunning => !_supervisor.HasExited;

    /// <summary>Starts <paramref name="program"/>; its readiness is the caller's question (<see cref="WaitUntilAsync"/>).</summary>
    public static ServerProcess Start(
        string log, string program, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>>? environment = null)
    {
        var start = new ProcessStartInfo("setsid") { RedirectStandardInput = true, UseShellExecute = false, WorkingDirectory = "/" };
        foreach (var argument in (string[])["bash", "-c", Supervisor, "supervisor", log, program])
            start.ArgumentList.Add(argument);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? [])
            start.Environment[name] = value;
        // The native runtime of .NET's torch concerns no server.
        start.Environment.Remove("LD_LIBRARY_PATH");
        return new ServerProcess(Process.Start(start)!, log);
    }

    /// <summary>Runs a program to its end and returns what it printed.</summary>
    /// <exception cref="InvalidOperationException">It ended with another code than 0; the message has its output.</exception>
    public static async Task<string> RunAsync(
        string program, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = "/",
        };
        foreach (var (name, value) in environment ?? [])
            start.Environment[name] = value;
        start.Environment.Remove("LD_LIBRARY_PATH");
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException(
                $"'{program} {string.Join(' ', start.ArgumentList)}' ended with code {process.ExitCode}:\n{await output}{await errors}");
    }

    /// <summary>Asks <paramref name="ready"/> until it no longer throws.</summary>
    /// <exception cref="InvalidOperationException">The program ended, or is not ready in time; the message has its log's end.</exception>
    public async Task WaitUntilAsync(string what, Func<Task> ready)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await ready();
                return;
            }
            catch (Exception exception)
            {
                if (!IsRunning)
                    throw new InvalidOperationException($"{what} ended while starting.\n{LogTail()}", exception);
                if (waited.Elapsed > _startLimit)
                    throw new InvalidOperationException(
                        $"{what} is not ready after {_startLimit}: {exception.Message}\n{LogTail()}", exception);
                await Task.Delay(100);
            }
        }
    }

    /// <summary>Kills the whole group at once and waits until it is gone.</summary>
    public void Kill()
    {
        if (!_supervisor.HasExited)
            Native.Signal(-_supervisor.Id, Native.SigKill);
        _supervisor.WaitForExit();
    }

    public void Dispose()
    {
        Kill();
        _supervisor.Dispose();
    }

    private string LogTail() => File.Exists(_log)
        ? $"The end of {_log}:\n{string.Join('\n', File.ReadLines(_log).TakeLast(40))}"
        : $"It wrote no log ({_log}).";
}
