namespace FLTS.Modules.Registry.Runs;

/// <summary>Commands on runs: of the module that starts them, where this process has it.</summary>
internal interface IRunCommands
{
    /// <summary>Ends a run that has not ended.</summary>
    /// <exception cref="NotFoundException">No such run.</exception>
    /// <exception cref="ConflictException">It has ended.</exception>
    Task<CancelledRun> CancelAsync(RunId runId, CancellationToken cancellation);

    /// <summary>Trains a run that has ended again, as the next generation of its identity.</summary>
    /// <exception cref="NotFoundException">No such run.</exception>
    /// <exception cref="ConflictException">It, or a newer generation of it, has not ended.</exception>
    Task<RerunRun> RerunAsync(RunId runId, CancellationToken cancellation);
}
