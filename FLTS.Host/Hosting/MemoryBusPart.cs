namespace FLTS.Host.Hosting;

/// <summary>The bus in memory is always there.</summary>
internal sealed class MemoryBusPart : IPart
{
    public string Name => "bus";

    public Task ProveAsync(CancellationToken cancellation) => Task.CompletedTask;

    public Task CheckAsync(CancellationToken cancellation) => Task.CompletedTask;
}
