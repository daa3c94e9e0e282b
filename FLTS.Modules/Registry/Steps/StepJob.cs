namespace FLTS.Modules.Registry.Steps;

/// <summary>Hands a job to its step.</summary>
internal sealed class StepJob(IEnumerable<ILeasedStep> steps) : IStepJob
{
    /// <inheritdoc />
    /// <exception cref="InvalidOperationException">No module of this process does the step.</exception>
    public Task RunAsync(string stepName, string id, string label, StepWake wake, CancellationToken cancellation) =>
        (steps.FirstOrDefault(s => s.Name == stepName)
            ?? throw new InvalidOperationException($"No module of this process does the step '{stepName}' (Modules:Enabled)."))
        .RunAsync(id, wake, cancellation);
}
