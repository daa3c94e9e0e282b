using System.Collections.Concurrent;
using System.Diagnostics;
using FLTS.Modules.Registry.Live;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Monitoring.Live;

/// <summary>
/// Has the stations of datasets scored that rows came to. Those of rows that come within a tenth of a second are looked for together: what
/// a look costs does not grow with the rows. What is lost with the process the Reconciler finds by the rows.
/// </summary>
internal sealed class MeasuredStations(
    LiveStep step, IJobQueues jobs, TimeProvider time, IStartupGate gate, ILogger<MeasuredStations> logger)
    : WakeableLoop(gate, _again, logger)
{
    /// <summary>Between two looks.</summary>
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(100);

    /// <summary>After a look that failed.</summary>
    private static readonly TimeSpan _again = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<DatasetName, bool> _measured = new();

    /// <summary>Wakes the scoring of the stations of a dataset, where there are some; waits for nothing.</summary>
    public void Wake(DatasetName dataset)
    {
        _measured[dataset] = true;
        Wake();
    }

    internal override async Task LookAsync(CancellationToken cancellation)
    {
        List<DatasetName> datasets = [.. _measured.Keys];
        if (datasets.Count == 0)
            return;

        // Before the look: of rows that come from here on somebody tells again.
        foreach (var dataset in datasets)
            _measured.TryRemove(dataset, out _);
        try
        {
            var wakers = TakeWakers();
            foreach (var station in await step.DueOfAsync(datasets, cancellation))
            {
                using var trace = FltsTraces.Begin("wake", ActivityKind.Producer, wakers);
                jobs.Enqueue(step.Task(station), StepWake.Event);
            }
        }
        catch
        {
            foreach (var dataset in datasets)
                _measured[dataset] = true;
            throw;
        }

        await Task.Delay(_pause, time, cancellation);
    }
}
