using System.Text.Json.Nodes;
using FLTS.Forecasting.Preparation;
using FLTS.Modules.Monitoring.Settings;
using FLTS.Modules.Registry.Artifacts;
using FLTS.Modules.Registry.Backtests;
using FLTS.Modules.Registry.Datasets;
using FLTS.Modules.Registry.Measurements;

namespace FLTS.Modules.Monitoring.Backtests;

/// <summary>Turns a request into an order: finds model and rows, completes and checks what is asked.</summary>
internal sealed class BacktestPlanner(
    BacktestSubjects subjects,
    IProcessedData data,
    DatasetReader datasets,
    CompactedSources sources,
    SpanRows rows,
    MonitoringOptions options,
    LimitsOptions limits)
{
    /// <exception cref="NotFoundException">No such identifier or run.</exception>
    /// <exception cref="ConflictException">The run has no model.</exception>
    /// <exception cref="InvalidInputException">An empty span, or more is asked for than the limits allow.</exception>
    public async Task<BacktestOrder> PlanAsync(BacktestRequest request, CancellationToken cancellation)
    {
        var subject = await subjects.FindAsync(request.Identifier, request.RunId, cancellation);
        var its = await data.MetaAsync(subject.Run.ConfigHash, cancellation);
        var leads = Leads(request.Leads, subject);
        if (!request.HasSpan)
            return OfTestPart(subject, its, leads);

        var (from, to) = (SpanTime.Parse("from", request.From, its.Config), SpanTime.Parse("to", request.To, its.Config));
        if (from > to)
            throw new InvalidInputException($"'from' ({request.From}) comes after 'to' ({request.To}); a span goes forward.");

        var name = await datasets.SourceOfAsync(subject.Run.ConfigHash, cancellation)
            ?? throw new NotFoundException($"No dataset is known whose rows run {subject.Run.RunId} could forecast.");
        var files = await sources.ResolveAsync(name, [], cancellation);
        var times = await rows.TimesAsync(files, its, cancellation);
        var inside = times.LongCount(t => !(t < from) && !(t > to));
        var needed = subject.InputRows + its.Config.Lags.DefaultIfEmpty(0).Max();
        var origins = inside - Math.Max(0, needed - times.LongCount(t => t < from));
        if (origins <= 0)
            throw new InvalidInputException(
                $"Of '{name}' {inside} rows lie in the span {request.From ?? "(open)"} to {request.To ?? "(open)"}, and none of them has "
                + $"the {needed} rows before it that a forecast needs; its rows are from {its.Step.Show(times.Min())} to "
                + $"{its.Step.Show(times.Max())}.");

        RefuseTooLarge(subject, its, origins, leads);
        return OrderOf(subject, leads) with
        {
            Source = SpanSource.Of(files),
            From = from is { } first ? its.Step.Show(first) : null,
            To = to is { } last ? its.Step.Show(last) : null,
        };
    }

    /// <summary>The champion in force over the test part of data that was prepared; null: there is none, or it cannot be asked.</summary>
    /// <exception cref="InvalidInputException">It would take more than the limits allow.</exception>
    public async Task<BacktestOrder?> PlanNewDataAsync(ConfigHash configHash, Identifier identifier, CancellationToken cancellation)
    {
        if (await subjects.ChampionAsync(identifier, cancellation) is not { } subject)
            return null;

        var its = await data.MetaAsync(subject.Run.ConfigHash, cancellation);
        var fresh = await data.MetaAsync(configHash, cancellation);
        return ForecastReplay.Incomparable(fresh, its.Step, its.Targets, its.Columns) is null
            ? OfTestPart(subject, fresh, Leads(null, subject)) with { TestPartOf = configHash }
            : null;
    }

    private BacktestOrder OfTestPart(BacktestSubject subject, DatasetMeta meta, IReadOnlyList<int> leads)
    {
        if (meta.TestRows == 0)
            throw new InvalidInputException(
                $"The data {meta.ConfigHash} has no test part; name a span of the dataset's rows by 'from' and 'to'.");

        RefuseTooLarge(subject, meta, meta.TestRows, leads);
        return OrderOf(subject, leads) with { TestPartOf = subject.Run.ConfigHash };
    }

    private static BacktestOrder OrderOf(BacktestSubject subject, IReadOnlyList<int> leads) => new(
        subject.Run.Identifier, subject.Run.RunId, null, null, null, null, leads, subject.InputRows, subject.Policy.TargetWeights);

    /// <summary>Those that the model was judged by, where none are named.</summary>
    private IReadOnlyList<int> Leads(IReadOnlyList<int>? named, BacktestSubject subject)
    {
        var leads = named ?? [.. Enumerable.Range(1, subject.Policy.EvaluationHorizon)];
        return leads[^1] <= options.MaxLead
            ? leads
            : throw new InvalidInputException(
                $"'leads' go up to {leads[^1]}; at most {options.MaxLead} steps ahead are scored (Monitoring:MaxLead).");
    }

    /// <summary>What is certain to end in the middle is refused before it begins; the worker knows the rows, and looks again.</summary>
    private void RefuseTooLarge(BacktestSubject subject, DatasetMeta meta, long origins, IReadOnlyList<int> leads)
    {
        BacktestSize.Of(subject.Computing.Select(r => (r.ModelType, JsonNode.Parse(r.Params)!.AsObject())), meta, origins, leads[^1])
            .Refuse("The backtest", limits.MemoryBytes, limits.CpuSeconds);
        BacktestSize.RefuseAnswer(meta, origins, leads.Count, limits);
    }
}
