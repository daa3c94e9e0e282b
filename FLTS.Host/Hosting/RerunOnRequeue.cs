using Hangfire.Common;
using Hangfire.States;

namespace FLTS.Host.Hosting;

/// <summary>
/// Whoever requeues a finished job in the dashboard wants its step done again. The job itself would find the step done and do nothing,
/// so the command <c>rerun</c> is given in its place. A step that has not ended needs no command: the Reconciler queues what is due.
/// </summary>
internal sealed partial class RerunOnRequeue(IServiceProvider services, ILogger<RerunOnRequeue> logger) : IElectStateFilter
{
    private static readonly string[] _finished = [SucceededState.StateName, FailedState.StateName, DeletedState.StateName];

    public void OnStateElection(ElectStateContext context)
    {
        if (context.CandidateState is not EnqueuedState || !_finished.Contains(context.CurrentState))
            return;

        // Without the Pipeline module this process has no such command: the job is queued as asked.
        if (services.GetService<IReruns>() is not { } reruns || Command(reruns, context.BackgroundJob.Job) is not { } command)
            return;

        var said = Say(command);
        context.CandidateState = new DeletedState { Reason = said };
        LogSaid(logger, context.BackgroundJob.Id, said);
    }

    private static string Say(Func<Task<string>> command)
    {
        try
        {
            // Hangfire elects states synchronously; the dashboard's thread waits for a few short statements.
            return $"Run again as {Task.Run(command).GetAwaiter().GetResult()}.";
        }
        catch (FltsException e)
        {
            return e.Message;
        }
    }

    /// <summary>Null: not a step's job, or a step that no command starts again.</summary>
    private static Func<Task<string>>? Command(IReruns reruns, Job job) =>
        job.Type != typeof(IStepJob) || job.Args is not [string step, string id, ..] ? null : step switch
        {
            StepNames.Preprocess => () => reruns.PreprocessingAsync(ConfigHash.From(id), CancellationToken.None),
            StepNames.Train => () => reruns.RunAsync(RunId.From(id), CancellationToken.None),
            StepNames.Evaluate => () => reruns.EvaluationAsync(PipelineId.From(id), CancellationToken.None),
            _ => null,
        };

    [LoggerMessage(Level = LogLevel.Information, Message = "The finished job {job_id} was requeued: {said}")]
    private static partial void LogSaid(ILogger logger, string job_id, string said);
}
