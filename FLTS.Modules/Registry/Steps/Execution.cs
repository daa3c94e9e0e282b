using System.Collections.Concurrent;
using System.Diagnostics;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Registry.Steps;

/// <summary>One execution of a step, with the lease in hand.</summary>
/// <typeparam name="TRow">The row of the step.</typeparam>
internal sealed class Execution<TRow>(Step<TRow> step, TRow row, Lease lease, ConcurrentDictionary<string, object> scope)
    where TRow : class, ILeased
{
    /// <summary>As read last.</summary>
    public TRow Row { get; private set; } = row;

    public Lease Lease => lease;

    public required StepWake Wake { get; init; }

    /// <summary>Ends the work: with the process, with the lease, or when somebody else ended the row.</summary>
    public required CancellationToken Working { get; init; }

    /// <summary>Ends with the process alone: for what is told after the row has ended.</summary>
    public required CancellationToken Process { get; init; }

    /// <summary>What was tried on the way and refused; a postponement tells it.</summary>
    public List<Refusal> Refusals { get; } = [];

    /// <summary>Reads the row again.</summary>
    public async Task<TRow> ReadAsync()
    {
        Row = await step.FindAsync(lease.Id, Working) ?? throw new TakenAwayException();
        return Row;
    }

    /// <summary>Each line of the log bears this, too, from here on, and so does the trace.</summary>
    public void Tell(string name, object value)
    {
        scope[name] = value;
        Activity.Current?.SetTag(name, value.ToString());
    }
}

/// <summary>The row is no longer ours to change: taken over, or ended by somebody else.</summary>
internal sealed class TakenAwayException() : Exception("The row was taken over or ended by somebody else.")
{
    /// <summary>Goes on only where a transition changed the row.</summary>
    public static void Unless(bool isMine)
    {
        if (!isMine)
            throw new TakenAwayException();
    }
}
