using System.Buffers.Binary;
using System.Text.Json;
using FLTS.Forecasting.Backtests;
using FLTS.Forecasting.Series;
using FLTS.Modules.Monitoring.Backtests;
using FLTS.Modules.Monitoring.Settings;
using FLTS.Modules.Registry.Live;
using FLTS.Modules.Registry.Measurements;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Monitoring.Live;

/// <summary>Answers how forecasts did, from rows.</summary>
internal sealed class LiveService(LiveReader reader, MeasurementReader log, MonitoringOptions options)
{
    /// <summary>Hours that are shown where no begin is asked for: a week.</summary>
    private const int ShownHours = 168;

    /// <exception cref="NotFoundException">Nothing was promoted for it.</exception>
    /// <exception cref="InvalidInputException">No such lead, no time, or more hours than an answer may have.</exception>
    public async Task<LiveView> HoursAsync(
        Identifier identifier, int? lead, string? from, string? to, CancellationToken cancellation)
    {
        var station = await StationAsync(identifier, cancellation);
        if (station.Step is null)
            return View(station, null, lead ?? 1, ([], new Dictionary<RunId, double>()), []);

        var step = LiveKeeping.StepOf(station);
        var grid = new CanonicalGrid(step);
        if (lead is { } asked && !grid.Leads.Contains(asked))
            throw new InvalidInputException($"'lead' is {asked}; forecasts of {string.Join(", ", grid.Leads)} steps are scored.");

        var end = Time("to", to, step) is { } last ? MeasurementLog.Instant(last).AddTicks(1) : DateTimeOffset.MaxValue;
        var begin = Time("from", from, step) is { } first
            ? MeasurementLog.Instant(grid.Buckets.Start(first))
            : (station.ScoredTo ?? default) is var newest && newest.Ticks > (grid.Buckets.Length * ShownHours).Ticks
                ? newest - (grid.Buckets.Length * ShownHours)
                : DateTimeOffset.MinValue;
        if (begin > end)
            throw new InvalidInputException($"'from' ({from}) comes after 'to' ({to}); a span goes forward.");

        var hours = await reader.HoursAsync(identifier, lead ?? 1, (begin, end), options.MaxLiveHours + 1, cancellation);
        if (hours.Count > options.MaxLiveHours)
            throw new InvalidInputException(
                $"More than {options.MaxLiveHours} hours of models lie in the span (Monitoring:MaxLiveHours); ask for a shorter one with "
                + "'from' and 'to'.");
        var known = (
            await reader.ModelsAsync(identifier, cancellation), await reader.SofteningsAsync(identifier, cancellation));
        return View(station, step, lead ?? 1, known, hours);
    }

    /// <exception cref="NotFoundException">No forecast is kept of that time, or it has no such column.</exception>
    /// <exception cref="InvalidInputException">No time, or another level than are kept.</exception>
    public async Task<LiveForecastView> ForecastAsync(
        Identifier identifier, string? at, string? column, int? level, CancellationToken cancellation)
    {
        if (level is not (null or 80 or 95))
            throw new InvalidInputException($"'level' is {level}; intervals of 80 (default) and 95 percent are kept.");

        var station = await StationAsync(identifier, cancellation);
        var step = station.Step is null ? (SeriesStep?)null : LiveKeeping.StepOf(station);
        var time = step is null ? null : Time("at", at, step);
        var kept = step is null ? null : await reader.ForecastAsync(
            identifier, time is { } asked ? MeasurementLog.Instant(asked) : DateTimeOffset.MaxValue, cancellation);
        if (kept is null)
            throw new NotFoundException(
                $"No forecast of '{identifier}' {(at is null ? "is kept yet" : $"up to {at} is kept")}; they are made as rows come, and "
                + $"kept for {LiveKeeping.ForecastDays} days.");

        var role = (await reader.ModelsAsync(identifier, cancellation)).First(m => m.Model == kept.Model);
        var (leads, targets) = (
            JsonSerializer.Deserialize<int[]>(role.Leads)!, JsonSerializer.Deserialize<List<string>>(role.Targets)!);
        var target = column is null ? 0 : targets.IndexOf(column);
        if (target < 0)
            throw new NotFoundException($"'{column}' (column) is none of the targets of '{identifier}': {string.Join(", ", targets)}.");

        var origin = MeasurementLog.Time(kept.Origin);
        var times = leads.Select(l => step!.Next(origin, l)).ToList();
        var truths = await TruthsAsync(station.Dataset!.Value, targets[target], (step!, times), cancellation);
        var low = 1 + (level == 95 ? 2 : 0);
        return new LiveForecastView(
            identifier,
            kept.Model,
            targets[target],
            level ?? 80,
            step!.Show(origin),
            [.. leads.Select((lead, l) => new LivePointView(
                lead, step.Show(times[l]), Number(l, 0), Number(l, low), Number(l, low + 1), truths.GetValueOrDefault(times[l])))]);

        double? Number(int l, int number)
        {
            var place = ((((l * targets.Count) + target) * CanonicalForecasts.PackedNumbers) + number) * sizeof(float);
            return BinaryPrimitives.ReadSingleLittleEndian(kept.Packed.AsSpan(place)) is var value && float.IsFinite(value) ? value : null;
        }
    }

    private async Task<LiveStationRow> StationAsync(Identifier identifier, CancellationToken cancellation) =>
        await reader.StationAsync(identifier, cancellation)
        ?? throw new NotFoundException($"Nothing was promoted for '{identifier}' yet. GET /champions lists what is in force.");

    /// <summary>
    /// What was measured after the files: forecasts are kept of that time alone. A row need not lie on the grid to count for its time.
    /// </summary>
    private async Task<IReadOnlyDictionary<DateTime, double?>> TruthsAsync(
        DatasetName dataset, string column, (SeriesStep Step, IReadOnlyList<DateTime> Times) of, CancellationToken cancellation)
    {
        var place = new Dictionary<string, int> { [column] = 0 };
        var truths = new Dictionary<DateTime, double?>();
        foreach (var time in of.Times)
        {
            var near = await log.NearestAsync(dataset, MeasurementLog.Instant(time), of.Step.Snap, cancellation);
            if (near is not null && MeasuredValues.Read(near.Values, place)?[0] is { } value && double.IsFinite(value))
                truths[time] = value;
        }

        return truths;
    }

    private static DateTime? Time(string name, string? text, SeriesStep step) =>
        SpanTime.Parse(name, text, (step.Clock?.Id, step.Clock is not null));

    private static LiveView View(
        LiveStationRow station,
        SeriesStep? step,
        int lead,
        (IReadOnlyList<LiveModelRow> Roles, IReadOnlyDictionary<RunId, double> Softenings) known,
        IReadOnlyList<LiveErrorRow> hours)
    {
        var grid = step is null ? null : new CanonicalGrid(step);
        return new LiveView(
            station.Identifier,
            station.Dataset,
            lead,
            grid?.Leads ?? [],
            step?.Duration.TotalSeconds,
            grid?.Buckets.Length.TotalSeconds,
            Show(station.ScoredTo),
            station.KnownAt,
            station.Error,
            station.NextAttemptAt,
            [.. known.Roles.Select(r => new LiveRoleView(r.Role, r.Model, r.RunId, Show(r.FromTs)!, Show(r.UntilTs), r.Reason))],
            [.. hours.GroupBy(h => h.Start).Select(h => Hour(h.Key, [.. h], known, (step!, grid!)))]);

        string? Show(DateTimeOffset? ts) => ts is { } time ? step!.Show(MeasurementLog.Time(time)) : null;
    }

    private static LiveHourView Hour(
        DateTimeOffset start,
        List<LiveErrorRow> models,
        (IReadOnlyList<LiveModelRow> Roles, IReadOnlyDictionary<RunId, double> Softenings) known,
        (SeriesStep Step, CanonicalGrid Grid) of)
    {
        var isDay = models.Exists(m => m.IsDay);
        var end = start + (isDay ? TimeSpan.FromDays(1) : of.Grid.Buckets.Length);
        var (champion, baseline) = (Of(LiveRole.Champion), Of(LiveRole.Baseline));
        return new LiveHourView(
            of.Step.Show(MeasurementLog.Time(start)),
            isDay,
            RollingScore.StateOf(champion?.Cells ?? 0, champion?.Matched ?? 0),
            champion is null || baseline is null
                ? null
                : LiveSummary.Ratio(
                    SumsOf(champion), SumsOf(baseline), known.Softenings.GetValueOrDefault(new RunId(champion.Model))),
            champion,
            Of(LiveRole.Previous),
            Of(LiveRole.Shadow),
            Of(LiveRole.Reference),
            baseline);

        CellSums SumsOf(LiveScoreView score) => LiveSummary.SumsOf(models.Find(m => m.Model == score.Model)!);

        // Who had the role last in this hour.
        LiveScoreView? Of(LiveRole role) => known.Roles
            .Where(r => r.Role == role && r.FromTs < end && !(r.UntilTs < start))
            .OrderByDescending(r => r.FromTs)
            .Select(r => models.Find(m => m.Model == r.Model) is { } row ? LiveScoreView.Of(row.Model, LiveSummary.SumsOf(row)) : null)
            .FirstOrDefault(s => s is not null);
    }
}
