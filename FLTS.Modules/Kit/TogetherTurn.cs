using System.Collections.Concurrent;

namespace FLTS.Modules.Kit;

/// <summary>
/// Work that comes one by one and is cheaper done together: what gathers while some is being done is done next, for all who wait.
/// </summary>
/// <param name="most">Items done together at most, at least 1.</param>
/// <param name="work">Does them, in the order in which they came, and answers each. What it throws, all of them are told.</param>
internal sealed class TogetherTurn<TItem, TAnswer>(int most, Func<IReadOnlyList<TItem>, Task<IReadOnlyList<TAnswer>>> work)
{
    private readonly ConcurrentQueue<Waiting> _waiting = new();
    private int _isAtWork;

    /// <summary>Has an item done.</summary>
    /// <exception cref="OperationCanceledException">The wait was cancelled before the item was taken: it was not done.</exception>
    public async Task<TAnswer> DoAsync(TItem item, CancellationToken cancellation)
    {
        var mine = new Waiting(item);
        _waiting.Enqueue(mine);
        using (cancellation.Register(() => mine.Leave(cancellation)))
        {
            _ = DoAllAsync();
            return await mine.Answer.Task;
        }
    }

    /// <summary>Does all that waits, unless that is being done; never throws.</summary>
    private async Task DoAllAsync()
    {
        // Asked again once the turn is given back: what came in between was left to whoever had it.
        while (!_waiting.IsEmpty && Interlocked.Exchange(ref _isAtWork, 1) == 0)
        {
            while (!_waiting.IsEmpty)
                await DoWaitingAsync();
            Interlocked.Exchange(ref _isAtWork, 0);
        }
    }

    private async Task DoWaitingAsync()
    {
        var taken = new List<Waiting>();
        while (taken.Count < most && _waiting.TryDequeue(out var next))
        {
            if (next.Take())
                taken.Add(next);
        }

        if (taken.Count == 0)
            return;

        try
        {
            var answers = await work(taken.ConvertAll(w => w.Item));
            for (var i = 0; i < taken.Count; i++)
                taken[i].Answer.SetResult(answers[i]);
        }
        catch (Exception e)
        {
            foreach (var waiting in taken)
                waiting.Answer.TrySetException(e);
        }
    }

    private sealed class Waiting(TItem item)
    {
        private int _isGone;

        public TItem Item => item;

        public TaskCompletionSource<TAnswer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>False: who waited has left.</summary>
        public bool Take() => Interlocked.Exchange(ref _isGone, 1) == 0;

        public void Leave(CancellationToken cancellation)
        {
            if (Interlocked.Exchange(ref _isGone, 1) == 0)
                Answer.TrySetCanceled(cancellation);
        }
    }
}
