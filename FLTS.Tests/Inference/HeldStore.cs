using System.Collections.Concurrent;
using FLTS.Modules.Storage;

namespace FLTS.Tests.Inference;

/// <summary>The real store, in whose readings a test can stand still: how long they take cannot be caused otherwise.</summary>
internal sealed class HeldStore(IObjectStore store) : IObjectStore
{
    private readonly ConcurrentQueue<ObjectKey> _read = new();
    private volatile TaskCompletionSource? _held;
    private volatile TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What was opened, in order.</summary>
    public IReadOnlyList<ObjectKey> Read => [.. _read];

    /// <summary>Readings stand still until <see cref="Continue"/>.</summary>
    /// <returns>Completes when one does.</returns>
    public Task Hold()
    {
        _held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _reached.Task;
    }

    public void Continue() => _held?.TrySetResult();

    public async Task<Stream> OpenReadAsync(ObjectKey key, CancellationToken cancellation)
    {
        _read.Enqueue(key);
        if (_held is { Task.IsCompleted: false } held)
        {
            _reached.TrySetResult();
            await held.Task.WaitAsync(cancellation);
        }

        return await store.OpenReadAsync(key, cancellation);
    }

    public Task PutAsync(ObjectKey key, Stream content, CancellationToken cancellation) => store.PutAsync(key, content, cancellation);

    public Task<StoredObject?> StatAsync(ObjectKey key, CancellationToken cancellation) => store.StatAsync(key, cancellation);

    public IAsyncEnumerable<StoredObject> ListAsync(string bucket, string prefix, CancellationToken cancellation) =>
        store.ListAsync(bucket, prefix, cancellation);

    public Task DeleteAsync(ObjectKey key, CancellationToken cancellation) => store.DeleteAsync(key, cancellation);

    public Task ProbeAsync(CancellationToken cancellation) => store.ProbeAsync(cancellation);
}
