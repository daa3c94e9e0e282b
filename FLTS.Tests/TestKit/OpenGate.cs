namespace FLTS.Tests.TestKit;

/// <summary>A start that is over.</summary>
internal sealed class OpenGate : IStartupGate
{
    public Task OpenedAsync(CancellationToken cancellation) => Task.CompletedTask;
}
