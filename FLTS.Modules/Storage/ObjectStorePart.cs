namespace FLTS.Modules.Storage;

/// <summary>The object store: buckets made, a probe written, read and deleted.</summary>
internal sealed class ObjectStorePart(IObjectStore store) : IPart
{
    public string Name => "object_store";

    public Task ProveAsync(CancellationToken cancellation) => store.ProbeAsync(cancellation);

    public Task CheckAsync(CancellationToken cancellation) => store.CheckAsync(cancellation);
}
