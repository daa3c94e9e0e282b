using System.Globalization;
using FLTS.Forecasting.Live;
using FLTS.Modules.Registry.Drift;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Monitoring.Decisions;

/// <summary>
/// What rows say of a champion, and what is to be noticed in them: a pure function (FORECASTING.md 9). Of each kind it notices nothing that
/// lies within a season of what was noticed before.
/// </summary>
/// <param name="Baseline">What is usual.</param>
/// <param name="BesideEwma">Finished hours of the champion beside EWMA, in order.</param>
/// <param name="BesideOther">The same beside the version before; none where there is none.</param>
/// <param name="Since">From when both were scored.</param>
/// <param name="Blocks">Finished blocks of both, in order: those of the windows that are kept.</param>
internal sealed record StationLook(
    BaselineResult Baseline,
    IReadOnlyList<LiveHour> BesideEwma,
    IReadOnlyList<LiveHour> BesideOther,
    DateTime Since,
    IReadOnlyList<(DateTime At, double Champion, double Other)> Blocks)
{
    /// <summary>As worse as a number can say it: of forecasts that are none.</summary>
    private const double MostTimes = 1e9;

    private readonly SeasonPlaces _places = new(Baseline.Step);

    /// <summary>E; null: there is no version before, or nothing is known of both.</summary>
    public double? Evidence => Best?.Evidence;

    /// <summary>
    /// By how much the errors are those of the version before in the window that the evidence is of: one that was good for long is not
    /// shielded by it. Null: nothing is known of both.
    /// </summary>
    public double? TimesWorse
    {
        get
        {
            var window = Best is { } best ? Blocks.Where(b => b.At >= best.From).ToList() : [];
            return window.Count == 0 || window.Average(b => b.Other) <= 0
                ? null
                : window.Average(b => b.Champion) / window.Average(b => b.Other);
        }
    }

    private (double Evidence, DateTime From)? Best => Baseline.Spread is { } spread && Blocks.Count > 0
        ? new EvidenceWindows(_places).Best(spread, Since, Blocks)
        : null;

    /// <summary>Drift and coverage, in the order of time.</summary>
    /// <param name="newest">The newest hour at which each kind was noticed of this champion.</param>
    public IEnumerable<Noticed> OfErrors(IReadOnlyDictionary<DriftKind, DateTime> newest)
    {
        var from = newest.TryGetValue(DriftKind.Drift, out var drifted) ? drifted + _places.Span : DateTime.MinValue;
        while (Baseline.Drift is { } usual
            && new DriftCusum(usual, _places).First(BesideEwma.Where(h => h.At >= from)) is { } drift)
        {
            yield return new Noticed(DriftKind.Drift, drift.At, drift.Sum, string.Create(
                CultureInfo.InvariantCulture,
                $"Up to {Shown(drift.At)} the champion's errors were worse beside EWMA's than they usually are, by {drift.Sum:0.0} "
                + $"deviations in all; {DriftCusum.Threshold} are drift."));
            from = drift.At + _places.Span;
        }

        from = newest.TryGetValue(DriftKind.Coverage, out var alarmed) ? alarmed : DateTime.MinValue;
        while (CoverageAlarm.First(BesideEwma.Where(h => h.At > from)) is { } coverage)
        {
            yield return new Noticed(DriftKind.Coverage, coverage.At, coverage.Share, string.Create(
                CultureInfo.InvariantCulture,
                $"Of the truth of {CoverageAlarm.Hours} hours up to {Shown(coverage.At)}, {coverage.Share:P0} lay in the champion's "
                + $"intervals of 80 %."));
            from = coverage.At;
        }
    }

    /// <summary>What speaks for the version before.</summary>
    /// <param name="newest">As above.</param>
    /// <param name="isEnough">Whether so much evidence is enough.</param>
    public IEnumerable<Noticed> OfOther(IReadOnlyDictionary<DriftKind, DateTime> newest, Func<double, bool> isEnough)
    {
        // What was so bad a season ago and is no more is no reason to act now: rows may come late, and looking back be switched on.
        var recent = BesideOther.Count > 0 && BesideOther[^1].At > DateTime.MinValue + _places.Span
            ? BesideOther[^1].At - _places.Span
            : DateTime.MinValue;
        var from = newest.TryGetValue(DriftKind.Gross, out var gross) && gross + _places.Span > recent ? gross + _places.Span : recent;
        var usual = Baseline.Drift?.EwmaError ?? 0;
        if (GrossFault.First(BesideOther.Where(h => h.At >= from), usual) is { } hour)
        {
            var times = double.IsFinite(hour.Champion) ? hour.Champion / Math.Max(hour.Other, usual) : MostTimes;
            yield return new Noticed(DriftKind.Gross, hour.At, times, string.Create(
                CultureInfo.InvariantCulture,
                $"In the hour from {Shown(hour.At)} the champion's error was {hour.Champion:0.####}, {times:0.0} times that of the version "
                + $"before and of what is usual."));
        }

        if (Evidence is not { } evidence || !isEnough(evidence) || TimesWorse is not > 1)
            yield break;

        var at = Blocks[^1].At;
        if (!newest.TryGetValue(DriftKind.Worse, out var worse) || at >= worse + _places.Span)
        {
            yield return new Noticed(DriftKind.Worse, at, evidence, string.Create(
                CultureInfo.InvariantCulture,
                $"Up to {Shown(at)} the champion's errors were {TimesWorse:0.00} times those of the version before; the evidence is "
                + $"{evidence:0}, {RollbackEvidence.Enough} are enough."))
            {
                Mark = string.Create(CultureInfo.InvariantCulture, $"season {(at - Since).Ticks / _places.Span.Ticks} since {Since:s}"),
            };
        }
    }

    private string Shown(DateTime time) => Baseline.Step.Show(time);
}
