using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Registry.Steps;

/// <summary>
/// What a module does in one execution of a step; made anew for each. Whatever it throws is dealt with by <see cref="LeasedStep{TRow}"/>.
/// The class of a module is found beside it (<see cref="StepServices.AddStepWorkBeside"/>).
/// </summary>
/// <typeparam name="TRow">The row of the step.</typeparam>
internal abstract class StepWork<TRow>(Step<TRow> step)
    where TRow : class, ILeased
{
    /// <summary>Longest wait in seconds between two tries.</summary>
    public virtual double MostSecondsBetweenTries => 60;

    /// <summary>Nothing is to be done: there is no such row, it has ended, or it is in other hands.</summary>
    public virtual Task SkippedAsync(TRow? row, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>Whether what it stands on is there. Asked before the lease is taken and again with it.</summary>
    public virtual Task<bool> IsReadyAsync(TRow row, CancellationToken cancellation) => Task.FromResult(true);

    /// <summary>Waits for its turn, before the lease: whoever waits has no life to lose. Disposing ends the turn.</summary>
    public virtual Task<IDisposable?> EnterAsync(TRow row, CancellationToken cancellation) => Task.FromResult<IDisposable?>(null);

    /// <summary>Does it, and brings the row to its end.</summary>
    public abstract Task DoAsync(Execution<TRow> execution);

    /// <summary>Cannot go on now: the row waits for its next try.</summary>
    public virtual Task<bool> PostponeAsync(Execution<TRow> execution, Postponement postponed) =>
        step.PostponeAsync(execution.Lease, execution.Row, postponed, execution.Process);

    /// <summary>Failed for good.</summary>
    /// <returns>False: the row is no longer ours.</returns>
    public virtual Task<bool> FailAsync(Execution<TRow> execution, string reason) =>
        step.FailAsync(execution.Lease, reason, execution.Process);

    /// <summary>Shutdown, a lost lease, or a row that somebody else ended: whoever holds the row next decides from the row.</summary>
    /// <param name="execution">What was stopped.</param>
    /// <param name="hasEnded">The row has ended: nobody needs what was done so far.</param>
    public virtual Task StoppedAsync(Execution<TRow> execution, bool hasEnded) => Task.CompletedTask;
}
