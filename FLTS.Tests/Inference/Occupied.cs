using FLTS.Modules.Inference.Batching;
using NUnit.Framework;

namespace FLTS.Tests.Inference;

/// <summary>A computation that holds a worker until it is told to end.</summary>
internal sealed class Occupied
{
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _waits = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _end = new();
    private Task<int> _answer = null!;

    public static async Task<Occupied> StartAsync(PredictQueue queue)
    {
        var occupied = new Occupied();
        occupied._answer = OwnThread.RunAsync(() => occupied.RunAsync(queue));
        await Task.WhenAny(occupied._begun.Task, occupied._waits.Task);
        Assert.That(occupied._begun.Task.IsCompleted, Is.True, "no worker was free");
        return occupied;
    }

    public static Task EndAsync(IEnumerable<Occupied> all) => Task.WhenAll(all.Select(o => o.EndAsync()));

    public void End() => _end.TrySetResult();

    public async Task EndAsync()
    {
        End();
        await _answer;
    }

    private Task<int> RunAsync(PredictQueue queue)
    {
        var answer = queue.RunAsync(Compute, default);
        _waits.SetResult(); // Where a worker was free, it has computed by now.
        return answer;
    }

    private int Compute()
    {
        _begun.SetResult();
        _end.Task.Wait();
        return 0;
    }
}
