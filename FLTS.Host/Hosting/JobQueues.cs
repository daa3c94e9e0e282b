using Hangfire;
using Hangfire.Common;
using Hangfire.States;

namespace FLTS.Host.Hosting;

/// <summary>Names jobs for people and puts each into the queue of the module that does it.</summary>
internal sealed class JobQueues(IBackgroundJobClient client) : IJobQueues
{
    private const int ShortHash = 8;

    public void Preprocess(ConfigHash configHash, Identifier identifier) =>
        client.Create(Job.FromExpression<IPreprocessJob>(j => j.RunAsync(configHash.Value, Label(identifier, configHash), CancellationToken.None)), new EnqueuedState("preprocessing"));

    public void Train(RunId runId, string modelType, Identifier identifier, ConfigHash configHash) =>
        client.Create(
            Job.FromExpression<ITrainJob>(j => j.RunAsync(runId.Value, $"{modelType} on {Label(identifier, configHash)}", CancellationToken.None)),
            new EnqueuedState(ForecasterCatalog.IsReference(modelType) ? "references" : modelType.ToLowerInvariant()));

    public void Evaluate(PipelineId pipelineId, Identifier identifier, ConfigHash configHash, EvaluationWake wake) =>
        client.Create(Job.FromExpression<IEvaluateJob>(j => j.RunAsync(pipelineId.Value, Label(identifier, configHash), wake, CancellationToken.None)), new EnqueuedState("evaluation"));

    private static string Label(Identifier identifier, ConfigHash configHash) =>
        $"{identifier} {configHash.Value[..Math.Min(ShortHash, configHash.Value.Length)]}";
}
