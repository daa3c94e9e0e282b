using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Bands;

/// <summary>What comes after an origin changes no forecast from it, at any lead, however far a model looks back.</summary>
[TestFixture, Parallelizable]
internal sealed class LookAheadTests
{
    private static readonly PreparedDataset _data = Seasons.Hourly(1000);
    private static readonly EvaluationFrame _frame = EvaluationFrame.Of(_data, 10);
    private static readonly int[] _leads = [1, 2, 7, 13, 24];

    [Test]
    public void No_reference_looks_at_a_row_after_its_origin(
        [ValueSource(typeof(ForecasterCatalog), nameof(ForecasterCatalog.References))] IForecasterFamily family)
    {
        using var model = family.Create(family.Normalise(null)).Fit(_data.TrainingSet, new FitContext(1, null, default)).Model;

        Assert.That(SeesAhead(model), Is.Empty);
    }

    [Test]
    public void A_profile_that_has_seen_the_targets_day_is_caught() =>
        Assert.That(SeesAhead(new Peeking(_data, own: true)), Has.Some.EqualTo((_frame.Origins[150], 13)));

    [Test]
    public void The_same_profile_of_the_days_before_is_not() => Assert.That(SeesAhead(new Peeking(_data, own: false)), Is.Empty);

    /// <summary>Origins and leads whose forecast is another when all that comes after the origin is.</summary>
    private static List<(int Origin, int Lead)> SeesAhead(IFittedForecaster model)
    {
        var found = new List<(int, int)>();
        foreach (var origin in _frame.Origins.Where((_, n) => n % 50 == 0))
        {
            var known = model.ForecastAt(SeriesWindows.Of(_frame.Series, [origin]), _leads);
            var other = model.ForecastAt(SeriesWindows.Of(Spoiled(_frame.Series, origin), [origin]), _leads);
            for (var l = 0; l < _leads.Length; l++)
            {
                if (Enumerable.Range(0, 2).Any(m => !known[0, l, m].Equals(other[0, l, m])))
                    found.Add((origin, _leads[l]));
            }
        }

        return found;
    }

    private static PreparedSeries Spoiled(PreparedSeries series, int origin) => new()
    {
        Timestamps = series.Timestamps,
        Segments = series.Segments,
        Step = series.Step,
        Columns = series.Columns,
        Values = [.. series.Values.Select((column, f) => column
            .Select((v, row) => row > origin && series.Targets.Contains(series.Columns[f]) ? 100 - v : v)
            .ToArray())],
        Observed = series.Observed,
        Targets = series.Targets,
        FlatTargets = series.FlatTargets,
        FellBelowZero = series.FellBelowZero,
    };

    /// <summary>The mean of a place in the season over the days around the target time, or over those before the origin.</summary>
    private sealed class Peeking(PreparedDataset data, bool own) : IFittedForecaster
    {
        private const int Day = 24;

        public ModelSignature Signature { get; } = new("PEEKING", data.Meta.Targets, data.Meta.Targets, 1, Day, data.Meta.Step);

        public double[,,] Forecast(IReadOnlyList<Window> windows, int steps)
        {
            var forecast = new double[windows.Count, steps, 2];
            for (var n = 0; n < windows.Count; n++)
            {
                for (var h = 0; h < steps; h++)
                {
                    var target = windows[n].Origin + 1 + h;
                    var days = Enumerable.Range(own ? 0 : 1, 4).Select(d => target - (d * Day)).Where(r => r < windows[n].Series.Rows);
                    for (var m = 0; m < 2; m++)
                        forecast[n, h, m] = days.Average(r => windows[n].Series.Values[m][r]);
                }
            }

            return forecast;
        }

        public IReadOnlyDictionary<string, byte[]> Save() => new Dictionary<string, byte[]>();

        public void Dispose()
        {
        }
    }
}
