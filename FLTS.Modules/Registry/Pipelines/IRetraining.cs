namespace FLTS.Modules.Registry.Pipelines;

/// <summary>Trains a station again: of the module that starts pipelines, where this process has it.</summary>
internal interface IRetraining
{
    /// <summary>Starts the pipeline that a run was trained in once more, on the rows that its dataset has now.</summary>
    /// <param name="run">Of the champion.</param>
    /// <param name="claim">What starts it once.</param>
    /// <param name="cancellation">Stops it before anything is written.</param>
    /// <returns>Null: somebody else has.</returns>
    /// <exception cref="FltsException">It cannot be started, in a sentence.</exception>
    Task<PostedPipeline?> RetrainAsync(RunId run, IPostingClaim claim, CancellationToken cancellation);
}
