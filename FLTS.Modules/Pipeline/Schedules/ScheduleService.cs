using System.Text.Json;
using FLTS.Modules.Registry.Schedules;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Pipeline.Schedules;

/// <summary>What people ask of schedules.</summary>
internal sealed class ScheduleService(
    ScheduleStore schedules,
    ScheduleFires fires,
    FireRunner runner,
    IScheduledPipelines pipelines,
    ScheduleLimits limits,
    TimeProvider time)
{
    /// <summary>Makes or replaces a schedule; what it starts is planned once, so that a mistake is said now and not at night.</summary>
    public async Task<(ScheduleView View, bool IsNew)> PutAsync(ScheduleName name, JsonElement body, CancellationToken cancellation)
    {
        var wanted = ScheduleDocument.Parse(name, body);
        await PlanAsync(wanted, cancellation);
        var (row, isNew) = await schedules.PutAsync(wanted, ScheduleOrigin.Api, limits.Most, cancellation);
        return (await ViewAsync(row, 1, cancellation), isNew);
    }

    public async Task<ScheduleView> GetAsync(ScheduleName name, int mostFires, CancellationToken cancellation) =>
        await ViewAsync(await schedules.GetAsync(name, cancellation), mostFires, cancellation);

    /// <summary>A page of them by name; the cursor is the last name of the page before.</summary>
    public async Task<Page<ScheduleView>> ListAsync(int limit, string? cursor, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var outcomes = await fires.OutcomesAsync(cancellation);
        var rows = (await schedules.AllAsync(cancellation))
            .OrderBy(s => s.Name.Value, StringComparer.Ordinal)
            .Where(s => cursor is null || string.CompareOrdinal(s.Name.Value, cursor) > 0)
            .Take(limit + 1)
            .ToList();
        return new Page<ScheduleView>(
            [.. rows.Take(limit).Select(s => ScheduleView.Of(s, outcomes[s.Name], null, now))],
            rows.Count > limit ? rows[limit - 1].Name.Value : null);
    }

    /// <summary>The next due times.</summary>
    /// <exception cref="InvalidInputException">More than can be asked for.</exception>
    public async Task<Page<DueTimeView>> NextAsync(ScheduleName name, int? count, CancellationToken cancellation)
    {
        if (count is < 1 or > 1000)
            throw new InvalidInputException($"'count' is {count}; it must be between 1 and 1000.");

        var row = await schedules.GetAsync(name, cancellation);
        return new Page<DueTimeView>([.. DueTimeView.Next(row, time.GetUtcNow()).Take(count ?? 10)], null);
    }

    /// <summary>Starts it now; its clock goes on as it was.</summary>
    public async Task<FireView> FireAsync(ScheduleName name, CancellationToken cancellation)
    {
        var schedule = await schedules.GetAsync(name, cancellation);
        var id = await fires.AddByHandAsync(name, cancellation);

        // It is asked for, whether or not the caller is still there.
        var fire = await fires.GetAsync(id, CancellationToken.None);
        if (fire.Outcome == FireOutcome.Waiting)
            await runner.RunAsync(schedule, fire, CancellationToken.None);
        return FireView.Of(await fires.GetAsync(id, CancellationToken.None));
    }

    public async Task<ScheduleView> ResumeAsync(ScheduleName name, CancellationToken cancellation) =>
        await ViewAsync(await schedules.ResumeAsync(name, cancellation), 1, cancellation);

    public Task DeleteAsync(ScheduleName name, CancellationToken cancellation) => schedules.DeleteAsync(name, cancellation);

    private async Task PlanAsync(ScheduleDefinition wanted, CancellationToken cancellation)
    {
        try
        {
            using var request = JsonDocument.Parse(wanted.Request);
            await pipelines.PlanAsync(request.RootElement, cancellation);
        }
        catch (InvalidInputException e)
        {
            throw new InvalidInputException($"In 'pipeline': {e.Message}", e);
        }
    }

    private async Task<ScheduleView> ViewAsync(ScheduleRow row, int mostFires, CancellationToken cancellation) => ScheduleView.Of(
        row,
        (await fires.OutcomesAsync(cancellation))[row.Name],
        await fires.NewestAsync(row.Name, mostFires, cancellation),
        time.GetUtcNow());
}
