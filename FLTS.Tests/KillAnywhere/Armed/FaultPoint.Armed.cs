using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace FLTS.Modules.Contracts;

/// <summary>
/// The other half of <see cref="FaultPoint"/>, compiled into FLTS.Modules by the configuration <c>FaultPoints</c>.
/// <c>FLTS_FAULT_POINT=name</c> or <c>name#n</c> names the place and which time it is reached; the process ends there by SIGKILL.
/// With <c>FLTS_FAULT_WAIT=file</c> it makes that file instead and goes on when the file is gone.
/// </summary>
internal static partial class FaultPoint
{
    /// <summary>A statement of a migration has been executed, its transaction is open.</summary>
    private const string MigrationStatement = "migration.statement-executed";

    private static readonly string[] _armed = (Environment.GetEnvironmentVariable("FLTS_FAULT_POINT") ?? "").Split('#');
    private static readonly string? _file = Environment.GetEnvironmentVariable("FLTS_FAULT_WAIT");
    private static int _reached;

    static partial void OnReached(string name)
    {
        if (name != _armed[0])
            return;

        var times = _armed.Length > 1 ? int.Parse(_armed[1], CultureInfo.InvariantCulture) : 1;
        if (Interlocked.Increment(ref _reached) != times)
            return;

        if (_file is null)
        {
            Process.GetCurrentProcess().Kill(); // SIGKILL: no handler, no finally, no flush.
            Thread.Sleep(Timeout.Infinite);
        }

        File.WriteAllText(_file!, name);
        while (File.Exists(_file))
            Thread.Sleep(20);
    }

    /// <summary>The statements of a migration are executed by EF, which tells whoever listens.</summary>
    [ModuleInitializer]
    internal static void Listen()
    {
        if (_armed[0] == MigrationStatement)
            DiagnosticListener.AllListeners.Subscribe(new Listeners());
    }

    private sealed class Listeners : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
    {
        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == "Microsoft.EntityFrameworkCore")
                value.Subscribe(this);
        }

        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (value.Key == RelationalEventId.CommandExecuted.Name
                && value.Value is CommandExecutedEventData { Command.CommandText: var text }
                    && text.StartsWith("CREATE", StringComparison.Ordinal) && !text.Contains("__", StringComparison.Ordinal))
            {
                Reach(MigrationStatement);
            }
        }

        public void OnCompleted()
        {
            // Nothing is kept.
        }

        public void OnError(Exception error)
        {
            // The process goes on unwatched, and the test sees that it was not killed.
        }
    }
}
