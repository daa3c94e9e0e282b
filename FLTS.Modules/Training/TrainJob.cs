
namespace FLTS.Modules.Training;

internal sealed class TrainJob(TrainingService service) : ITrainJob
{
    public Task RunAsync(string runId, string label, CancellationToken cancellation) => service.TrainAsync(RunId.From(runId), cancellation);
}
