using Hangfire;
using Hangfire.Common;
using Hangfire.States;

namespace FLTS.Host.Hosting;

/// <summary>Names jobs for people and puts each into the queue of the module that does it.</summary>
internal sealed class JobQueues(IBackgroundJobClient client) : IJobQueues
{
    private const int ShortHash = 8;

    public void Preprocess(string configHash, string identifier) =>
        client.Create(Job.FromExpression<IPreprocessJob>(j => j.RunAsync(configHash, Label(identifier, configHash), CancellationToken.None)), new EnqueuedState("preprocessing"));

    public void Train(string runId, string modelType, string identifier, string configHash) =>
        client.Create(
            Job.FromExpression<ITrainJob>(j => j.RunAsync(runId, $"{modelType} on {Label(identifier, configHash)}", CancellationToken.None)),
            new EnqueuedState(ForecasterCatalog.IsReference(modelType) ? "references" : modelType.ToLowerInvariant()));

    public void Evaluate(string pipelineId, string identifier, string configHash, EvaluationWake wake) =>
        client.Create(Job.FromExpression<IEvaluateJob>(j => j.RunAsync(pipelineId, Label(identifier, configHash), wake, CancellationToken.None)), new EnqueuedState("evaluation"));

    private static string Label(string identifier, string configHash) => $"{identifier} {configHash[..Math.Min(ShortHash, configHash.Length)]}";
}
