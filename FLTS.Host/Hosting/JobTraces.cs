using System.Diagnostics;
using Hangfire.Client;
using Hangfire.Server;

namespace FLTS.Host.Hosting;

/// <summary>
/// Each execution of a job is a trace of its own, linked with the one in which it was queued, which goes along as a parameter of the job.
/// Where nobody collects traces, jobs have no such parameter and none is looked for.
/// </summary>
internal sealed class JobTraces : IClientFilter, IServerFilter
{
    private const string Cause = "traceparent";
    private const string Trace = "trace";

    public void OnCreating(CreatingContext context)
    {
        if (FltsTraces.Here is not null)
            context.SetJobParameter(Cause, Activity.Current!.Id);
    }

    public void OnCreated(CreatedContext context)
    {
        // Nothing more is known then.
    }

    public void OnPerforming(PerformingContext context)
    {
        if (!FltsTraces.Source.HasListeners())
            return;

        var known = context.GetJobParameter<string>(Cause, allowStale: true);
        IEnumerable<ActivityContext> causes = ActivityContext.TryParse(known, null, isRemote: true, out var cause) ? [cause] : [];
        var trace = FltsTraces.Begin("job", ActivityKind.Consumer, causes);
        trace?.SetTag("job_id", context.BackgroundJob.Id);
        if (context.BackgroundJob.Job.Args is [string step, string id, ..])
            trace?.SetTag("step", step).SetTag("row", id);
        context.Items[Trace] = trace;
    }

    public void OnPerformed(PerformedContext context)
    {
        if (!context.Items.TryGetValue(Trace, out var item) || item is not Activity trace)
            return;

        if (context.Exception is { } exception)
            trace.SetStatus(ActivityStatusCode.Error, exception.Message);
        trace.Dispose();
    }
}
