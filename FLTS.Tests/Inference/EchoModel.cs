using System.Collections.Concurrent;
using FLTS.Modules.Inference.Batching;
using FLTS.Modules.Inference.Models;

namespace FLTS.Tests.Inference;

/// <summary>A model whose forecast tells the window that it is of; it can be held in the middle of one.</summary>
internal sealed class EchoModel : IFittedForecaster
{
    /// <summary>It cannot forecast from this row.</summary>
    public const int Unfit = 13;

    private readonly ConcurrentQueue<int[]> _batches = new();
    private readonly SemaphoreSlim _begun = new(0), _end = new(0);
    private readonly WatchedModel _like = new(1);
    private volatile bool _isHeld;
    private int _inside;

    /// <param name="computing">Happens in every forecast.</param>
    /// <param name="secondsAStep">What one has taken before; how long this one is held does not count.</param>
    public EchoModel(Action? computing = null, double secondsAStep = 1e-6)
    {
        Computing = computing;
        Served = WatchedModel.Serve(this);
        Served.Took(secondsAStep);
    }

    public ServedModel Served { get; }

    public Action? Computing { get; }

    public ModelSignature Signature => _like.Loaded.Forecaster.Signature;

    /// <summary>Origins of what was computed together, in order.</summary>
    public IReadOnlyList<int[]> Batches => [.. _batches];

    /// <summary>Most that computed at once.</summary>
    public int MostInside { get; private set; }

    public static double[,,] Answer(int origin, int steps)
    {
        var answer = new double[1, steps, 2];
        for (var h = 0; h < steps; h++)
            (answer[0, h, 0], answer[0, h, 1]) = (origin, h);
        return answer;
    }

    /// <summary>Makes a worker busy until <see cref="EndAsync"/>.</summary>
    public async Task<Task> OccupyAsync(PredictQueue queue)
    {
        _isHeld = true;
        var held = OwnThread.RunAsync(() => AskAsync(queue, 0));
        if (await Task.WhenAny(_begun.WaitAsync(), held) == held)
            await held; // It did not stand still: here is why.
        _isHeld = false;
        return held;
    }

    public async Task EndAsync(params Task[] held)
    {
        _end.Release(held.Length);
        await Task.WhenAll(held);
    }

    public Task<double[,,]> AskAsync(
        PredictQueue queue,
        int origin,
        int steps = 1,
        string client = "",
        bool bringsMore = false,
        CancellationToken cancellation = default) =>
        queue.ForecastAsync(Served, new Window(Served.Newest.Series!, origin), steps, new(client, bringsMore), cancellation).AsTask();

    public double[,,] Forecast(IReadOnlyList<Window> windows, int steps)
    {
        _batches.Enqueue([.. windows.Select(w => w.Origin)]);
        var inside = Interlocked.Increment(ref _inside);
        lock (_batches)
            MostInside = Math.Max(MostInside, inside);
        try
        {
            if (_isHeld)
            {
                _begun.Release();
                _end.Wait();
            }

            Computing?.Invoke();
            if (windows.Any(w => w.Origin == Unfit))
                throw new InvalidInputException($"row {Unfit} is unfit");

            var answers = new double[windows.Count, steps, 2];
            for (var n = 0; n < windows.Count; n++)
                Array.Copy(Answer(windows[n].Origin, steps), 0, answers, n * steps * 2, steps * 2);
            return answers;
        }
        finally
        {
            Interlocked.Decrement(ref _inside);
        }
    }

    public IReadOnlyDictionary<string, byte[]> Save() => throw new NotSupportedException("It is never stored.");

    public void Dispose()
    {
        _begun.Dispose();
        _end.Dispose();
    }
}
