using System.Runtime.InteropServices;
using FLTS.Modules.Inference.Models;
using FLTS.Modules.Inference.Settings;

namespace FLTS.Modules.Inference.Batching;

/// <summary>
/// Where forecasts are computed. A request that finds nobody computing is computed at once on its own thread, and one whose forecast is
/// brief wherever a worker is free. While somebody computes the others gather, until that is done or for a moment, where another worker
/// is free; those that ask the same weights for as many steps are one batch. What takes long has workers of its own. A bounded number
/// waits; the next is told when to come again.
/// </summary>
internal sealed class PredictQueue(InferenceOptions options, ComputeThreads threads, TimeProvider time)
{
    /// <summary>More in a batch makes none of them cheaper, and all of them wait for it.</summary>
    private const int MostInABatch = 64;

    /// <summary>Forecasts that lately came in a row count for what the next will take.</summary>
    private const double Remembered = 0.95;

    private readonly TimeSpan _delay = TimeSpan.FromMilliseconds(options.MaxBatchDelayMs);
    private readonly TimeSpan _patience = TimeSpan.FromSeconds(options.RequestTimeoutSeconds);
    private readonly Lock _lock = new();
    private readonly Lane _quick = new(options.Workers > 0 ? options.Workers : Environment.ProcessorCount);
    private readonly Lane _long = new(Math.Max(1, (options.Workers > 0 ? options.Workers : Environment.ProcessorCount) / 2));
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private double _secondsEach;
    private bool _isWatched;

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
        Request? request = null;
        lock (_lock)
        {
            var isFree = lane.TryEnter();
            if (!isFree)
                MakeRoom(asker.Client);
            if (!isFree || asker.BringsMore || lane == _long || (lane.Computing > 0 && !model.IsBrief(steps)))
                Enqueue(lane, request = new Request(model, window, steps, asker.Client) { Due = Timestamp(_patience) });
            else
                lane.Computing++;
            if (isFree && request is not null)
                _ = WorkAsync(lane);
        }

        return request is null ? new(AtOnce(model, window, steps)) : new(AnswerTo(lane, request, cancellation));
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
                _quick.Computing--;
                if (!_quick.LeaveUnlessWaitedFor())
                    _ = WorkAsync(_quick); // Not here: this thread's own answer is next.
            }
        }
    }

    /// <summary>Its answer, as long as its client is there.</summary>
    private Task<double[,,]> AnswerTo(Lane lane, Request request, CancellationToken cancellation)
    {
        var gone = cancellation.UnsafeRegister((_, token) => GiveUp(lane, request, () => request.TrySetCanceled(token)), null);
        lock (_lock)
        {
            if (!request.Task.IsCompleted)
                (request.Gone, gone) = (gone, default);
        }

        gone.Unregister();
        return request.Task;
    }

    /// <summary>Nobody waits any more for what may wait still, or be computed.</summary>
    private void GiveUp(Lane lane, Request request, Action tell)
    {
        lock (_lock)
        {
            if (lane.Remove(request))
                GiveUpPlace(request.Client);
        }

        tell();
    }

    /// <summary>Ends what takes too long: one timer for all, for as long as there is somebody.</summary>
    private async Task WatchAsync()
    {
        for (TimeSpan? next = _patience; next is { } wait; next = EndOverdue())
            await Task.Delay(wait, time);
    }

    /// <returns>When the next will be overdue; null: there is nobody.</returns>
    private TimeSpan? EndOverdue()
    {
        List<(Lane Lane, Request Request)> overdue;
        TimeSpan? next;
        lock (_lock)
        {
            var now = time.GetTimestamp();
            var all = new[] { _quick, _long }.SelectMany(lane => lane.All.Select(request => (Lane: lane, Request: request)))
                .Where(w => !w.Request.Task.IsCompleted).ToList();
            overdue = all.FindAll(w => w.Request.Due <= now);
            next = all.Where(w => w.Request.Due > now).Select(w => (TimeSpan?)time.GetElapsedTime(now, w.Request.Due)).Min();
            _isWatched = next is not null;
        }

        foreach (var (lane, request) in overdue)
            GiveUp(lane, request, () => request.TrySetException(new OverdueException(
                $"The forecast was not there within {options.RequestTimeoutSeconds} s (Inference:RequestTimeoutSeconds): ask for fewer "
                + "steps, or later.")));
        return next is { } wait ? TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)) : null;
    }

    /// <summary>Computes batch after batch while somebody waits.</summary>
    private async Task WorkAsync(Lane lane)
    {
        while (true)
        {
            if (IsGathering(lane))
                await Task.Delay(_delay, time);
            else
                await Task.Yield(); // Answers are sent and requests read before the next batch: they gather.
            Request[] batch;
            lock (_lock)
            {
                if (lane.LeaveUnlessWaitedFor())
                    return;

                batch = Take(lane);
                lane.Computing++;
            }

            if (lane == _long)
                await ComputeApartAsync(batch);
            else
                Answer(batch);
            batch[0].Model.Release();
            lock (_lock)
            {
                lane.Computing--;
                lane.Done(batch);
            }

            foreach (var request in batch)
                request.Gone.Unregister();
        }
    }

    private Task<int> ComputeApartAsync(Request[] batch) => threads.RunOnOneAsync(() => Answer(batch), CancellationToken.None);

    /// <summary>Somebody computes: who begins beside it has more to compute at once a moment later.</summary>
    private bool IsGathering(Lane lane)
    {
        lock (_lock)
            return lane == _quick && lane.Computing > 0 && _delay > TimeSpan.Zero;
    }

    /// <summary>The oldest, and those that can be computed with it. Whoever waits holds its model, so that it can be held here.</summary>
    private Request[] Take(Lane lane)
    {
        var batch = lane.Take(MostInABatch);
        _ = batch[0].Model.TryAcquire();
        foreach (var request in batch)
            GiveUpPlace(request.Client);
        return batch;
    }

    /// <returns>How many they were.</returns>
    private int Answer(Request[] batch)
    {
        var (model, steps) = (batch[0].Model, batch[0].Steps);
        try
        {
            var all = Compute(model, Array.ConvertAll(batch, r => r.Window), steps);
            for (var n = 0; n < batch.Length; n++)
                batch[n].TrySetResult(batch.Length == 1 ? all : Of(all, n));
        }
        catch (Exception) when (batch.Length > 1)
        {
            foreach (var request in batch) // What is wrong with one is no other's answer.
                Answer([request]);
        }
        catch (Exception e)
        {
            batch[0].TrySetException(e);
        }

        return batch.Length;
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
        CollectionsMarshal.GetValueRefOrAddDefault(_places, request.Client, out _)++;
        if (_isWatched)
            return;

        _isWatched = true;
        _ = WatchAsync();
    }

    private void GiveUpPlace(string client)
    {
        if (--CollectionsMarshal.GetValueRefOrNullRef(_places, client) == 0)
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

    private long Timestamp(TimeSpan from) => time.GetTimestamp() + (long)(from.TotalSeconds * time.TimestampFrequency);

    private TooManyException Full()
    {
        var seconds = Math.Ceiling(Waiting * Volatile.Read(ref _secondsEach) / _quick.Workers);
        return new TooManyException(
            $"{options.QueueLength} forecasts are waiting, which is the most allowed (Inference:QueueLength).",
            (int)Math.Clamp(seconds, 1, options.RequestTimeoutSeconds));
    }
}
