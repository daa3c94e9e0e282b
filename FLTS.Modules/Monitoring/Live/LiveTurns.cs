using FLTS.Forecasting.Backtests;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;
using FLTS.Modules.Monitoring.Settings;
using FLTS.Modules.Registry.Live;
using FLTS.Modules.Registry.Measurements;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Sources;

namespace FLTS.Modules.Monitoring.Live;

/// <summary>Finds what of a station is to be scored next, reads its rows and has them scored; writes nothing.</summary>
internal sealed class LiveTurns(
    ISourceCatalog sources, MeasurementReader log, LiveReader live, LiveRows rows, ComputeBudget budget, MonitoringOptions options)
{
    /// <summary>Times of written rows that are looked at in one turn.</summary>
    private const int MostTimes = 5000;

    /// <summary>The log is read from a day before the first row that is needed on; of short steps more where it takes more.</summary>
    private const int MostOfDay = 100_000;

    /// <summary>Working days and months are longer than their steps are on average.</summary>
    private const double Slack = 1.6;

    /// <param name="station">How far it is scored.</param>
    /// <param name="models">The champion first.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="InvalidInputException">The rows cannot be read or prepared.</exception>
    public async Task<LiveTurn> NextAsync(LiveStationRow station, IReadOnlyList<ScoredModel> models, CancellationToken cancellation)
    {
        var (dataset, champion) = (station.Dataset!.Value, models[0].Live);
        var files = await sources.NewestAsync(dataset, cancellation)
            ?? throw new InvalidInputException($"The dataset '{dataset}' is gone: there is nothing that forecasts could be compared with.");
        var config = files.Options.FormOver(champion.Config);
        var target = station.Target ?? await log.ChangesAsync(dataset, cancellation);
        var behind = Behind(station, models);
        var written = (await log.TimesWrittenAsync(
                dataset, (station.Changes, target), LiveRows.LogTimeOf(behind, files, config), MostTimes, cancellation))
            .Select(t => LiveRows.TimeOf(t, files, config))
            .ToList();
        var done = new LiveProgress(target, null, null, station.ScoredTo, station.KnownAt);
        if (written.Count == 0)
            return new LiveTurn { Progress = done };

        var (step, grid) = (champion.Signature.Step, new CanonicalGrid(champion.Signature.Step));
        var season = Season.Steps(step);
        var slack = step.Unit == StepUnit.Duration ? 1 : Slack;
        var looksBack = slack * (EvaluationFrame.ContextRows(season) + models.Max(m => m.Live.InputRows) + grid.Leads[^1]);
        var ofBucket = Math.Ceiling(grid.Buckets.Length / step.Duration); // What lies in a touched one is summed anew.
        var context = looksBack + (slack * ofBucket) + CanonicalGrid.BlockSteps;
        var columns = models.SelectMany(m => m.Live.Measured).Distinct(StringComparer.Ordinal).ToList();
        var begin = written[0] > behind ? written[0] : behind;
        var ofDay = (int)Math.Min(MostOfDay, TimeSpan.FromDays(1) / step.Duration);
        var window = await rows.GetAsync(
            files,
            config,
            columns,
            (Earlier(begin, step.Duration * context), begin, (int)context + Math.Max(season, ofDay) + (2 * options.LiveRows)),
            cancellation);
        if (window is { IsWhole: true, Table.Rows: 0 })
            return new LiveTurn { Progress = done };

        var times = window.Table.Timestamps;
        var isAll = window.IsWhole && written.Count < MostTimes;
        if (LiveSpan.Next(times, written, behind, step.Duration * looksBack, options.LiveRows) is not { } span)
        {
            var known = written.Count < MostTimes || times[^1] < written[^1] ? times[^1] : written[^1];
            return new LiveTurn
            {
                Progress = isAll
                    ? done
                    : done with { Changes = station.Changes, Target = target, DoneTo = MeasurementLog.Instant(known) },
            };
        }

        if (written.Count >= MostTimes && span.To > written[^1])
            span = span with { To = written[^1] };

        var intervals = await live.IntervalsAsync(station.Identifier, new RunId(models[0].Key), cancellation);
        var count = options.IntervalWindows ? WindowCount.Of(station, span, grid, step) : null;
        var scorer = new LiveScorer(
            models, grid, intervals, count is null ? null : (count, await KeptAsync(station, models[0], count, cancellation)));
        var turn = await ScoreAsync(window.Table, (models, span, grid), scorer, cancellation);
        if (!options.IntervalWindows && intervals is { Windows.Length: > 0 })
            turn = turn with { Windows = (intervals.Run, []) };
        var scoredTo = MeasurementLog.Instant(span.To);
        var newest = station.ScoredTo > scoredTo ? station.ScoredTo : scoredTo;
        var knownAt = await log.NewestKnownAtAsync(dataset, cancellation) ?? station.KnownAt;
        return turn with
        {
            Progress = span.IsLast && isAll
                ? new LiveProgress(target, null, null, newest, knownAt)
                : new LiveProgress(station.Changes, target, scoredTo, newest, knownAt),
        };
    }

    private async Task<IReadOnlyList<(DateTime Origin, byte[] Packed)>> KeptAsync(
        LiveStationRow station, ScoredModel champion, WindowCount count, CancellationToken cancellation)
    {
        var span = (MeasurementLog.Instant(count.Origins), MeasurementLog.Instant(count.To));
        var kept = await live.ForecastsAsync(station.Identifier, champion.Key, span, cancellation);
        return [.. kept.Select(f => (MeasurementLog.Time(f.Origin), f.Packed))];
    }

    private async Task<LiveTurn> ScoreAsync(
        RawTable table,
        (IReadOnlyList<ScoredModel> Models, LiveSpan Span, CanonicalGrid Grid) of,
        LiveScorer scorer,
        CancellationToken cancellation)
    {
        var (models, span, grid) = of;
        var first = Earlier(span.After, models[0].Live.Signature.Step.Duration * grid.Leads[^1]);
        var origins = table.Timestamps.Count(t => t > first && t <= span.To);
        var size = FitEstimate.Together(models.SelectMany(m => m.Live.Computing.Select(c => ForecasterCatalog.Get(c.ModelType)
            .EstimateForecast(
                c.Hyperparameters,
                new FitSize(table.Rows, m.Live.Signature.Inputs.Count, m.Live.Signature.Targets.Count),
                Math.Max(1, origins / grid.Stride),
                grid.Leads[^1]))));
        return await budget.RunAsync(
            "Scoring live", size, p => scorer.Score(table, span, p), cancellation);
    }

    /// <summary>What is scored already in this sweep, what was thinned, and what came before anybody had a role.</summary>
    private static DateTime Behind(LiveStationRow station, IReadOnlyList<ScoredModel> models)
    {
        var behind = models.Min(m => m.From);
        foreach (var time in new[] { station.DoneTo, station.ThinnedTo?.AddTicks(-1) })
        {
            if (time is { } ts && MeasurementLog.Time(ts) > behind)
                behind = MeasurementLog.Time(ts);
        }

        return behind;
    }

    private static DateTime Earlier(DateTime time, TimeSpan span) => time.Ticks > span.Ticks ? time - span : DateTime.MinValue;
}
