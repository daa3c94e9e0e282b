using FLTS.Modules.Inference.Models;
using FLTS.Modules.Inference.Settings;

namespace FLTS.Modules.Inference.Batching;

/// <summary>
/// Where forecasts are computed. A request that finds a worker free is computed at once on its own thread; while all workers compute the
/// others gather, and those that ask the same weights for as many steps are one batch. What takes long has workers of its own. A bounded
/// number waits; the next is told when to come again.
/// </summary>
internal sealed class PredictQueue(InferenceOptions options, ComputeThreads threads, TimeProvider time)
{
    /// <summary>More in a batch makes none of them cheaper, and all of them wait for it.</summary>
    private const int MostInABatch = 64;

    /// <summary>Forecasts that lately came in a row count for what the next will take.</summary>
    private const double Remembered = 0.95;

    private readonly Lock _lock = new();
    private readonly Lane _quick = new(options.Workers > 0 ? options.Workers : Environment.ProcessorCount);
    private readonly Lane _long = new(Math.Max(1, (options.Workers > 0 ? options.Workers : Environment.ProcessorCount) / 2));
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private double _secondsEach;

    /// <summary>Told how many forecasts a batch had.</summary>
    public event Action<int>? Computed;

    /// <summary>Requests that wait for their turn.</summary>
    public int Waiting => _quick.Count + _long.Count;

    /// <summary>A forecast from one window.</summary>
    /// <param name="model">The caller holds it until it has the answer, or has given up.</param>
    /// <param name="window">Where it starts.</param>
    /// <param name="steps">H.</param>
    /// <param name="asker">Nobody has more places in a full queue than another who asks.</param>
    /// <param name="cancellation">The client is gone: nothing is computed for it that is not being computed.</param>
    /// <returns>[1, H, M] on the scale of the window; the same bits whatever was computed with it.</returns>
    /// <exception cref="TooManyException">The queue is full.</exception>
    /// <exception cref="OverdueException">It was not there in time.</exception>
    public ValueTask<double[,,]> ForecastAsync(
        ServedModel model, Window window, int steps, Asker asker, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var lane = model.IsLong(steps) ? _long : _quick;
        var request = asker.BringsMore || lane == _long ? new Request(model, window, steps, asker.Client) : null;
        lock (_lock)
        {
            var isFree = lane.TryEnter();
            if (!isFree)
                MakeRoom(asker.Client);
            if (!isFree || request is not null)
                Enqueue(lane, request ??= new Request(model, window, steps, asker.Client));
            if (isFree && request is not null)
                _ = WorkAsync(lane);
        }

        return request is null ? new(AtOnce(model, window, steps)) : new(AnswerAsync(lane, request, cancellation));
    }

    private double[,,] AtOnce(ServedModel model, Window window, int steps)
    {
        try
        {
            return Compute(model, [window], steps);
        }
        finally
        {
            lock (_lock)
            {
                if (!_quick.LeaveUnlessWaitedFor())
                    _ = WorkAsync(_quick); // Not here: this thread's own answer is next.
            }
        }
    }

    private async Task<double[,,]> AnswerAsync(Lane lane, Request request, CancellationToken cancellation)
    {
        try
        {
            return await request.Task.WaitAsync(TimeSpan.FromSeconds(options.RequestTimeoutSeconds), time, cancellation);
        }
        catch (TimeoutException)
        {
            throw new OverdueException(
                $"The forecast was not there within {options.RequestTimeoutSeconds} s (Inference:RequestTimeoutSeconds): ask for fewer "
                + "steps, or later.");
        }
        finally
        {
            lock (_lock)
            {
                if (lane.Remove(request))
                    GiveUpPlace(request.Client);
            }
        }
    }

    /// <summary>Computes batch after batch while somebody waits.</summary>
    private async Task WorkAsync(Lane lane)
    {
        while (true)
        {
            await Task.Yield(); // Answers are sent and requests read before the next batch: they gather.
            List<Request> batch;
            lock (_lock)
            {
                if (lane.LeaveUnlessWaitedFor())
                    return;

                batch = Take(lane);
            }

            if (lane == _long)
                await threads.RunOnOneAsync(() => Answer(batch), CancellationToken.None);
            else
                Answer(batch);
            batch[0].Model.Release();
        }
    }

    /// <summary>The oldest, and those that can be computed with it. Whoever waits holds its model, so that it can be held here.</summary>
    private List<Request> Take(Lane lane)
    {
        var batch = lane.Take(MostInABatch);
        _ = batch[0].Model.TryAcquire();
        foreach (var request in batch)
            GiveUpPlace(request.Client);
        return batch;
    }

    private int Answer(List<Request> batch)
    {
        var (model, steps) = (batch[0].Model, batch[0].Steps);
        try
        {
            var all = Compute(model, [.. batch.Select(r => r.Window)], steps);
            for (var n = 0; n < batch.Count; n++)
                batch[n].TrySetResult(batch.Count == 1 ? all : Of(all, n));
        }
        catch (Exception) when (batch.Count > 1)
        {
            foreach (var request in batch) // What is wrong with one is no other's answer.
                Answer([request]);
        }
        catch (Exception e)
        {
            batch[0].TrySetException(e);
        }

        return batch.Count;
    }

    private double[,,] Compute(ServedModel model, Window[] windows, int steps)
    {
        var began = time.GetTimestamp();
        var forecast = model.Loaded.Forecaster.Forecast(windows, steps);
        var each = time.GetElapsedTime(began).TotalSeconds / windows.Length;
        model.Took(each / steps);
        _secondsEach = (Remembered * _secondsEach) + ((1 - Remembered) * each); // A measurement lost to another thread is no loss.
        Computed?.Invoke(windows.Length);
        return forecast;
    }

    private static double[,,] Of(double[,,] all, int n)
    {
        var (steps, targets) = (all.GetLength(1), all.GetLength(2));
        var one = new double[1, steps, targets];
        Array.Copy(all, n * steps * targets, one, 0, steps * targets);
        return one;
    }

    private void Enqueue(Lane lane, Request request)
    {
        lane.Add(request);
        _places[request.Client] = _places.GetValueOrDefault(request.Client) + 1;
    }

    private void GiveUpPlace(string client)
    {
        if (--_places[client] == 0)
            _places.Remove(client);
    }

    /// <summary>Where the queue is full, the client that has the most places gives its newest one up to a client with fewer.</summary>
    private void MakeRoom(string client)
    {
        if (Waiting < options.QueueLength)
            return;

        var (greediest, most) = _places.DefaultIfEmpty().MaxBy(p => p.Value);
        if (_places.GetValueOrDefault(client) + 1 >= most)
            throw Full();

        var last = _quick.NewestOf(greediest) ?? _long.NewestOf(greediest)!;
        _ = _quick.Remove(last) || _long.Remove(last);
        GiveUpPlace(greediest);
        last.TrySetException(Full());
    }

    private TooManyException Full()
    {
        var seconds = Math.Ceiling(Waiting * Volatile.Read(ref _secondsEach) / _quick.Workers);
        return new TooManyException(
            $"{options.QueueLength} forecasts are waiting, which is the most allowed (Inference:QueueLength).",
            (int)Math.Clamp(seconds, 1, options.RequestTimeoutSeconds));
    }
}
