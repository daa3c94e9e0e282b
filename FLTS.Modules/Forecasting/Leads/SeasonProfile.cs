using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Leads;

/// <summary>
/// What a target is on average at a place in the season (FORECASTING.md 5): the mean of its observed cells within 3 % of a season of the
/// target's place, rows after the origin cut off, over the last 14 seasons, a cell weighing 0.7 of one a season newer; gaps are nothing
/// to it. For one caller at a time.
/// </summary>
internal sealed class SeasonProfile
{
    /// <summary>Seasons that it looks back.</summary>
    public const int Most = 14;

    /// <summary>Seasons before an origin without which a series has no profile of its own there.</summary>
    public const int Least = 2;

    private const double Decay = 0.7, Reach = 0.03;

    private readonly PreparedSeries _series;
    private readonly CarriedSeason? _carried;
    private readonly int _season, _half;
    private readonly IReadOnlyList<string> _targets; // [M]
    private Sums? _sums; // Made where the series itself is looked at: where all is carried, it is not.

    /// <param name="series">Rows to look back on.</param>
    /// <param name="targets">[M] Columns of it.</param>
    /// <param name="carried">Answers where the series is too short; null: nothing does.</param>
    public SeasonProfile(PreparedSeries series, IReadOnlyList<string> targets, CarriedSeason? carried = null)
    {
        (_series, _carried) = (series, carried);
        _season = carried?.Season ?? Season.Steps(series.Step);
        _half = (int)(_season * Reach);
        _targets = targets;
    }

    /// <summary>M.</summary>
    public int Targets => _targets.Count;

    /// <summary>Whether there is a value from an origin at all.</summary>
    public bool Has(int origin) => _carried is not null || HasRows(origin);

    /// <summary>Whether the series itself has two seasons up to an origin, so that nothing carried is asked.</summary>
    public bool HasRows(int origin) =>
        _season > 1 && _series.Timestamps[0] <= Before(_series.Step.Next(_series.Timestamps[origin]), Least);

    /// <summary>The profile's values.</summary>
    /// <param name="origin">Last row that is looked at.</param>
    /// <param name="lead">Steps from the origin to the target, at least 1.</param>
    /// <param name="into">[M]</param>
    /// <returns>False: there are none, because the series is too short and nothing is carried.</returns>
    public bool TryFill(int origin, int lead, Span<double> into)
    {
        var target = _series.Step.Next(_series.Timestamps[origin], lead);
        if (HasRows(origin))
            Own(origin, lead, target).CopyTo(into);
        else if (_carried is null)
            return false;
        else
            _carried.At(_series.Step, target).CopyTo(into);
        return true;
    }

    /// <summary>The profile's values at a row's own place, as it was before the row.</summary>
    /// <param name="row">Not looked at.</param>
    /// <param name="into">[M]</param>
    /// <returns>As <see cref="TryFill"/>.</returns>
    public bool TryFillBefore(int row, Span<double> into)
    {
        var time = _series.Timestamps[row];
        if (row > 0 && HasRows(row - 1))
            Own(row - 1, (int)_series.Step.Between(_series.Timestamps[row - 1], time), time).CopyTo(into);
        else if (_carried is null)
            return false;
        else
            _carried.At(_series.Step, time).CopyTo(into);
        return true;
    }

    /// <summary>As it is at a row, for models to carry; null: the series is too short.</summary>
    public CarriedSeason? Carry(int row) => row >= 0 && HasRows(row)
        ? CarriedSeason.Of(_series.Step, _season, _series.Timestamps[row], lead => [.. Own(row, lead)])
        : null;

    private double[] Own(int origin, int lead) => Own(origin, lead, _series.Step.Next(_series.Timestamps[origin], lead));

    private double[] Own(int origin, int lead, DateTime target)
    {
        // The newest season of which anything lies at or before the origin. Where all of it does, the origin does not matter.
        var newest = Math.Max(1, (lead - _half + _season - 1) / _season);
        var whole = Around(Before(target, newest), _half) <= _series.Timestamps[origin];
        var sums = _sums ??= new Sums(_series, _targets);
        if (whole && sums.Whole.TryGetValue((target, newest), out var known))
            return known;
        var (means, counts) = (new double[Targets], new double[Targets]);
        var weight = 1.0;
        for (var k = newest; k < newest + Most; k++, weight *= Decay)
        {
            var centre = Before(target, k);
            var (first, after) = (FirstRow(Around(centre, -_half), origin), FirstRow(Around(centre, _half + 1), origin));
            if (after == 0)
                break;
            after = Math.Min(after, origin + 1);
            for (var m = 0; m < means.Length && first < after; m++)
            {
                var prefix = sums.Prefixes[m];
                means[m] += weight * (prefix.Sums[after] - prefix.Sums[first]);
                counts[m] += weight * (prefix.Counts[after] - prefix.Counts[first]);
            }
        }

        for (var m = 0; m < means.Length; m++)
            means[m] = counts[m] > 0 ? means[m] / counts[m] : Otherwise(sums, m, origin, target);
        if (whole && Array.TrueForAll(counts, c => c > 0))
            sums.Whole[(target, newest)] = means;
        return means;
    }

    /// <summary>Where nothing was observed at the target's place: what is carried, else the mean so far, else what was filled in.</summary>
    private double Otherwise(Sums sums, int m, int origin, DateTime target)
    {
        var prefix = sums.Prefixes[m];
        return _carried is not null ? _carried.At(_series.Step, target)[m]
            : prefix.Counts[origin + 1] > 0 ? prefix.Sums[origin + 1] / prefix.Counts[origin + 1]
            : _series.Values[sums.Columns[m]][origin];
    }

    private DateTime Before(DateTime time, int seasons) => _series.Step.SeasonsBefore(time, seasons, _season);

    private DateTime Around(DateTime centre, int steps) => _series.Step.Next(centre, steps);

    /// <summary>The first row not before a time; looked for first where it lies if there is no gap.</summary>
    private int FirstRow(DateTime time, int origin)
    {
        var times = _series.Timestamps;
        var guess = origin + ((time - times[origin]).Ticks / _series.Step.Duration.Ticks);
        if (guess >= 0 && guess < times.Length && times[guess] == time)
            return (int)guess;
        var found = Array.BinarySearch(times, time);
        return found < 0 ? ~found : found;
    }

    /// <summary>What is kept of the series between two looks.</summary>
    private sealed class Sums
    {
        public Sums(PreparedSeries series, IReadOnlyList<string> targets)
        {
            Columns = [.. targets.Select(series.IndexOf)];
            Prefixes = [.. Columns.Select(c => new Prefix(series.Values[c], series.Observed[c]))];
        }

        /// <summary>[M]</summary>
        public int[] Columns { get; }

        /// <summary>[M]</summary>
        public Prefix[] Prefixes { get; }

        /// <summary>[M] Those that no origin cuts.</summary>
        public Dictionary<(DateTime Target, int Newest), double[]> Whole { get; } = [];
    }

    /// <summary>Sums over the rows before each.</summary>
    private sealed class Prefix
    {
        public Prefix(double[] values, bool[] observed)
        {
            (Sums, Counts) = (new double[values.Length + 1], new int[values.Length + 1]);
            for (var t = 0; t < values.Length; t++)
            {
                Sums[t + 1] = Sums[t] + (observed[t] ? values[t] : 0);
                Counts[t + 1] = Counts[t] + (observed[t] ? 1 : 0);
            }
        }

        public double[] Sums { get; }

        public int[] Counts { get; }
    }
}
