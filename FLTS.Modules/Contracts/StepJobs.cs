using Hangfire;

namespace FLTS.Modules.Contracts;

/// <summary>Names of the steps that commands know. A step that no command starts again needs no name here.</summary>
public static class StepNames
{
    public const string Preprocess = "preprocess";
    public const string Train = "train";
    public const string Evaluate = "evaluate";
}

/// <summary>A step that is to be done on a row.</summary>
/// <param name="Step">Name of the step.</param>
/// <param name="Id">Key of the row, as text: queues keep what they are given.</param>
/// <param name="Queue">Queue of the module that does it.</param>
/// <param name="Label">Names it for people in the dashboard, such as <c>Train GRU on demo 1a2b3c4d</c>.</param>
public sealed record StepTask(string Step, string Id, string Queue, string Label);

/// <summary>Who saw that a step is to be done.</summary>
public enum StepWake
{
    /// <summary>A message that what it waited for has happened.</summary>
    Event,

    /// <summary>The Reconciler, looking at the rows: the message was lost or late, or the process was killed.</summary>
    Reconciler,
}

/// <summary>
/// The one job of all steps. It takes ids only, may be run by anyone any number of times, and is leased by a row: any execution
/// of a finished step is a no-op.
/// </summary>
public interface IStepJob
{
    /// <param name="stepName">Name of the step.</param>
    /// <param name="id">Key of its row.</param>
    /// <param name="label">Only names the job for people.</param>
    /// <param name="wake">Who asked for it.</param>
    /// <param name="cancellation">Ends with the process.</param>
    [JobDisplayName("{2}")]
    Task RunAsync(string stepName, string id, string label, StepWake wake, CancellationToken cancellation);
}

/// <summary>Puts steps into the queues of the modules that do them.</summary>
public interface IJobQueues
{
    void Enqueue(StepTask task, StepWake wake);
}

/// <summary>Knows which queues are worked on, by this process or another.</summary>
public interface IQueueServers
{
    /// <summary>When a process last said that it works on the queue; null: none is known that does.</summary>
    DateTimeOffset? LastServed(string queue);
}
