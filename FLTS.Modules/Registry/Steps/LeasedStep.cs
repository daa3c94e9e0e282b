using System.Collections.Concurrent;
using FLTS.Modules.Registry.Schema;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Registry.Steps;

/// <summary>A step that this process can do.</summary>
internal interface ILeasedStep
{
    /// <summary>Of the step.</summary>
    string Name { get; }

    /// <summary>Brings a row to its end, or as far as it goes now. May be called by anybody, any number of times.</summary>
    Task RunAsync(string id, StepWake wake, CancellationToken cancellation);
}

/// <summary>
/// The way in which every step runs: look, take the lease, look again, work, and one policy for what goes wrong (<see cref="StepFault"/>):
/// what is away postpones for as long as it takes, what is impossible fails at once, what is unforeseen is tried three times, and
/// a worker's death counts apart.
/// </summary>
/// <typeparam name="TRow">The row of the step.</typeparam>
internal sealed class LeasedStep<TRow>(
    Step<TRow> step,
    IServiceProvider services,
    ILeases leases,
    StepMetrics metrics,
    TimeProvider time,
    ILogger<LeasedStep<TRow>> logger) : ILeasedStep
    where TRow : class, ILeased
{
    private readonly Action<ILogger, string, string, DateTimeOffset, Exception?> _postponed =
        LoggerMessage.Define<string, string, DateTimeOffset>(
            LogLevel.Warning, new EventId(0, $"{step.Name}_postponed"), "{job} waits: {reason} Next try at {next_try}.");

    private readonly Action<ILogger, string, string, Exception?> _failed = LoggerMessage.Define<string, string>(
        LogLevel.Error, new EventId(0, $"{step.Name}_failed"), "{job} failed: {reason}");

    private readonly Action<ILogger, string, Exception?> _stopped = LoggerMessage.Define<string>(
        LogLevel.Information, new EventId(0, $"{step.Name}_stopped"), "{job} was stopped before its end");

    public string Name => step.Name;

    public async Task RunAsync(string id, StepWake wake, CancellationToken cancellation)
    {
        using var activity = StepTrace.Start(step.Name);
        var work = services.GetRequiredService<StepWork<TRow>>();
        if (await step.FindAsync(id, cancellation) is not { } seen)
        {
            await work.SkippedAsync(null, cancellation);
            return;
        }

        var ids = new ConcurrentDictionary<string, object>(step.Scope(seen));
        using var scope = logger.BeginScope(ids);
        if (!step.IsOpen(seen))
        {
            await work.SkippedAsync(seen, cancellation);
            return;
        }

        if (!await work.IsReadyAsync(seen, cancellation))
            return;

        using var turn = await work.EnterAsync(seen, cancellation);
        await using var keeper = await LeaseKeeper.TryAcquireAsync<TRow>(leases, id, time, logger, cancellation);
        if (keeper is null)
        {
            await work.SkippedAsync(seen, cancellation);
            return;
        }

        StepTrace.Begin(activity, step.Name, id, ids);

        // The row as it is now that nobody else can change it.
        if (await step.FindAsync(id, cancellation) is not { } row || !step.IsOpen(row) || !await work.IsReadyAsync(row, cancellation))
            return;

        await using var watch = step.MayBeEndedByOthers ? new RowWatch<TRow>(step, id, time, logger) : null;
        var ended = watch?.Ended ?? CancellationToken.None;
        using var working = CancellationTokenSource.CreateLinkedTokenSource(cancellation, keeper.Lost, ended);
        var execution = new Execution<TRow>(step, row, keeper.Lease, ids) { Wake = wake, Working = working.Token, Process = cancellation };
        try
        {
            if (row.Deaths >= StepFault.MostDeaths)
                await FailAsync(work, execution, new StepFault(StepFaultKind.Impossible, StepFault.Deaths(row.Error), null));
            else
                await DoAsync(work, execution);
        }
        catch (Exception e) when (e is TakenAwayException || (e is OperationCanceledException && working.IsCancellationRequested))
        {
            _stopped(logger, step.Label(row), null);
            var mayHaveEnded = e is TakenAwayException || ended.IsCancellationRequested;
            await work.StoppedAsync(execution, mayHaveEnded && !await step.IsOpenAsync(id, CancellationToken.None));
        }
        catch (Exception e)
        {
            await FaultAsync(work, execution, StepFault.Of(e, step.Name, StepTrace.Id));
        }
    }

    private async Task DoAsync(StepWork<TRow> work, Execution<TRow> execution)
    {
        var began = time.GetTimestamp();
        await work.DoAsync(execution);
        metrics.Done(step.Name, time.GetElapsedTime(began).TotalSeconds);
    }

    private Task FaultAsync(StepWork<TRow> work, Execution<TRow> execution, StepFault fault) => fault.Kind switch
    {
        StepFaultKind.Away => PostponeAsync(work, execution, fault),
        StepFaultKind.Unforeseen when execution.Row.Faults + 1 < StepFault.MostUnforeseen => PostponeAsync(work, execution, fault),
        _ => FailAsync(work, execution, fault),
    };

    private async Task PostponeAsync(StepWork<TRow> work, Execution<TRow> execution, StepFault fault)
    {
        var (now, row) = (time.GetUtcNow(), execution.Row);
        var next = now + Backoff.Delay(row.Tries + 1, work.MostSecondsBetweenTries, step.Id(row));
        StepTrace.Refuse(fault.Reason);
        var postponed = new Postponement(
            fault.Reason,
            next,
            fault.Kind == StepFaultKind.Unforeseen,
            [.. execution.Refusals, new Refusal(now, fault.Reason)]);
        if (await RecordAsync(
            () => work.PostponeAsync(execution, postponed),
            () => step.PostponeAsync(execution.Lease, row, postponed, execution.Process)))
            _postponed(logger, step.Label(row), fault.Reason, next, fault.ToLog);
    }

    private async Task FailAsync(StepWork<TRow> work, Execution<TRow> execution, StepFault fault)
    {
        StepTrace.Refuse(fault.Reason);
        if (await RecordAsync(
            () => work.FailAsync(execution, fault.Reason),
            () => step.FailAsync(execution.Lease, fault.Reason, execution.Process)))
            _failed(logger, step.Label(execution.Row), fault.Reason, fault.ToLog);
    }

    /// <summary>
    /// As the module records it; where that meets a defect of its own, the row alone: no defect may keep a row from its end.
    /// </summary>
    private async Task<bool> RecordAsync(Func<Task<bool>> own, Func<Task<bool>> plain)
    {
        try
        {
            return await own();
        }
        catch (Exception e) when (StepFault.Of(e, step.Name, StepTrace.Id).Kind == StepFaultKind.Unforeseen
            && e is not OperationCanceledException)
        {
            StepLog.NotRecorded(logger, step.Name, e);
            return await plain();
        }
    }
}
