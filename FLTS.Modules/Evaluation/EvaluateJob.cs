namespace FLTS.Modules.Evaluation;

/// <summary>Evaluates one pipeline, whoever asks for it and however often.</summary>
internal sealed class EvaluateJob(EvaluationService service) : IEvaluateJob
{
    public Task RunAsync(string pipelineId, string label, EvaluationWake wake, CancellationToken cancellation) =>
        service.EvaluateAsync(PipelineId.From(pipelineId), wake, cancellation);
}
