namespace FLTS.Modules.Contracts;

/// <summary>The command <c>rerun</c>, for whoever holds a finished step's job and wants it done again.</summary>
public interface IReruns
{
    /// <summary>Trains a run again.</summary>
    /// <returns>What was made, in words.</returns>
    /// <exception cref="ConflictException">It has not ended: its job may simply go on.</exception>
    /// <exception cref="NotFoundException">No such run.</exception>
    Task<string> RunAsync(RunId runId, CancellationToken cancellation);

    /// <summary>
    /// Trains a run again whose stored artifact was found corrupt after its pipeline had ended; as <see cref="RunAsync"/>.
    /// </summary>
    Task<string> CorruptAsync(RunId runId, CancellationToken cancellation);

    /// <summary>Evaluates a pipeline again; as <see cref="RunAsync"/>.</summary>
    Task<string> EvaluationAsync(PipelineId pipelineId, CancellationToken cancellation);

    /// <summary>Runs the newest pipeline of a <c>config_hash</c> again from preprocessing on; as <see cref="RunAsync"/>.</summary>
    Task<string> PreprocessingAsync(ConfigHash configHash, CancellationToken cancellation);
}
