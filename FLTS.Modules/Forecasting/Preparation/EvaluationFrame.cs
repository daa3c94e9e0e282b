using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Preparation;

/// <summary>
/// The scored set (FORECASTING.md 4): test, preceded by the end of train where it follows without a gap. N origins, H steps, M targets.
/// All models and references are asked for the same origins.
/// </summary>
public sealed class EvaluationFrame
{
    /// <summary>
    /// Rows that EWMA and AR look back: train's end is at hand for them, however little the candidates look at.
    /// </summary>
    private const int ReferenceRows = 10;

    /// <summary>Context rows of train, then test.</summary>
    public required PreparedSeries Series { get; init; }

    /// <summary>Row of <see cref="Series"/> at which test begins.</summary>
    public required int FirstTestRow { get; init; }

    /// <summary>[N] Last known row of each forecast; the row after it is the scored test row.</summary>
    public required int[] Origins { get; init; }

    /// <summary>H.</summary>
    public required int Horizon { get; init; }

    /// <summary>
    /// [N, H, M] Truth in original units; NaN where nothing was observed, or the step lies beyond test or in another segment.
    /// </summary>
    public required double[,,] Truth { get; init; }

    /// <summary>Test rows scored: N.</summary>
    public int ScoredRows => Origins.Length;

    /// <summary>Test rows left out because the rows before them are not in the same segment.</summary>
    public required int SkippedRows { get; init; }

    /// <summary>The same frame without some origins: for cells a champion was fitted on.</summary>
    /// <param name="keep">Told the time of each scored row (one step after the origin).</param>
    public EvaluationFrame Where(Func<DateTime, bool> keep)
    {
        var kept = Enumerable.Range(0, Origins.Length).Where(n => keep(Series.Timestamps[Origins[n] + 1])).ToArray();
        var targets = Truth.GetLength(2);
        var truth = new double[kept.Length, Horizon, targets];
        for (var n = 0; n < kept.Length; n++)
        {
            for (var h = 0; h < Horizon; h++)
            {
                for (var m = 0; m < targets; m++)
                    truth[n, h, m] = Truth[kept[n], h, m];
            }
        }

        return new EvaluationFrame
        {
            Series = Series,
            FirstTestRow = FirstTestRow,
            Origins = [.. kept.Select(n => Origins[n])],
            Horizon = Horizon,
            Truth = truth,
            SkippedRows = SkippedRows + Origins.Length - kept.Length,
        };
    }

    /// <summary>The same origins and truth on the same rows with other values: for models that see them unclipped.</summary>
    /// <param name="series">Rows as <see cref="Series"/>.</param>
    public EvaluationFrame On(PreparedSeries series) => new()
    {
        Series = series,
        FirstTestRow = FirstTestRow,
        Origins = Origins,
        Horizon = Horizon,
        Truth = Truth,
        SkippedRows = SkippedRows,
    };

    /// <summary>Test with the rows before it that models may look at, and the origins that are scored.</summary>
    /// <param name="data">The dataset.</param>
    /// <param name="inputLength">Longest input of all models compared, in rows.</param>
    /// <param name="horizon">H, steps forecast from each origin.</param>
    public static EvaluationFrame Of(PreparedDataset data, int inputLength, int horizon = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputLength, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(horizon, 1);
        var season = Math.Min(Season.Steps(data.Meta.Step), int.MaxValue / 2);
        var most = Math.Max(Math.Max(inputLength, ReferenceRows), season) + 1;
        var context = data.Meta.TestFollowsTrain ? Math.Min(data.Train.Rows, most) : 0;
        var series = SeriesJoin.Join(data.Train, data.Train.Rows - context, data.Test);
        var origins = new List<int>();
        for (var row = Math.Max(context, inputLength); row < series.Rows; row++)
        {
            if (series.Segments[row - inputLength] == series.Segments[row])
                origins.Add(row - 1);
        }

        var targets = data.Meta.Targets.Count;
        var truth = new double[origins.Count, horizon, targets];
        for (var n = 0; n < origins.Count; n++)
        {
            for (var h = 0; h < horizon; h++)
            {
                var row = origins[n] + 1 + h;
                var reachable = row < series.Rows && series.Segments[row] == series.Segments[origins[n]];
                for (var m = 0; m < targets; m++)
                    truth[n, h, m] = reachable ? data.TestTruth[m][row - context] : double.NaN;
            }
        }

        return new EvaluationFrame
        {
            Series = series,
            FirstTestRow = context,
            Origins = [.. origins],
            Horizon = horizon,
            Truth = truth,
            SkippedRows = data.Test.Rows - origins.Count,
        };
    }
}
