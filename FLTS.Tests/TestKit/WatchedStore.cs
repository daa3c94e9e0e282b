using FLTS.Modules.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace FLTS.Tests.TestKit;

/// <summary>A store that does something before it removes an object, or when one is read.</summary>
internal sealed class WatchedStore(IObjectStore real) : IObjectStore
{
    /// <summary>Before an object is removed.</summary>
    public Func<ObjectKey, Task> Deleting { get; set; } = _ => Task.CompletedTask;

    /// <summary>Before an object is opened.</summary>
    public Func<ObjectKey, Task> Opening { get; set; } = _ => Task.CompletedTask;

    /// <summary>In the place of the store that was registered before.</summary>
    public static void Replace(IServiceCollection services)
    {
        var before = services.Last(s => s.ServiceType == typeof(IObjectStore));
        services.AddSingleton(p => new WatchedStore((IObjectStore)(before.ImplementationFactory?.Invoke(p)
            ?? ActivatorUtilities.CreateInstance(p, before.ImplementationType!))));
        services.AddSingleton<IObjectStore>(p => p.GetRequiredService<WatchedStore>());
    }

    public Task PutAsync(ObjectKey key, Stream content, CancellationToken cancellation) => real.PutAsync(key, content, cancellation);

    public async Task<Stream> OpenReadAsync(ObjectKey key, CancellationToken cancellation)
    {
        await Opening(key);
        return await real.OpenReadAsync(key, cancellation);
    }

    public Task<StoredObject?> StatAsync(ObjectKey key, CancellationToken cancellation) => real.StatAsync(key, cancellation);

    public IAsyncEnumerable<StoredObject> ListAsync(string bucket, string prefix, CancellationToken cancellation) =>
        real.ListAsync(bucket, prefix, cancellation);

    public async Task DeleteAsync(ObjectKey key, CancellationToken cancellation)
    {
        await Deleting(key);
        await real.DeleteAsync(key, cancellation);
    }

    public Task ProbeAsync(CancellationToken cancellation) => real.ProbeAsync(cancellation);
}
