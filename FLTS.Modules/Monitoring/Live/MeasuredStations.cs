using FLTS.Modules.Registry.Live;

namespace FLTS.Modules.Monitoring.Live;

/// <summary>Has the stations of datasets scored that rows came to: those of rows that come meanwhile are looked for together.</summary>
internal sealed class MeasuredStations
{
    /// <summary>Datasets looked for together.</summary>
    private const int MostTogether = 256;

    private readonly LiveStep _step;
    private readonly IJobQueues _jobs;
    private readonly TogetherTurn<DatasetName, bool> _looks;

    public MeasuredStations(LiveStep step, IJobQueues jobs)
    {
        (_step, _jobs) = (step, jobs);
        _looks = new(MostTogether, LookAsync);
    }

    /// <summary>Wakes the scoring of the stations of a dataset, where there are some.</summary>
    public Task WakeAsync(DatasetName dataset, CancellationToken cancellation) => _looks.DoAsync(dataset, cancellation);

    private async Task<IReadOnlyList<bool>> LookAsync(IReadOnlyList<DatasetName> datasets)
    {
        var due = await _step.DueOfAsync([.. datasets.Distinct()], CancellationToken.None);
        foreach (var station in due)
            _jobs.Enqueue(_step.Task(station), StepWake.Event);
        return [.. datasets.Select(_ => true)];
    }
}
