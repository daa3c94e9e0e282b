using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Preparation;

/// <summary>
/// The scored set (FORECASTING.md 4): test, preceded by the end of train where it follows without a gap. N origins, H steps, M targets.
/// All models and references are asked for the same origins.
/// </summary>
public sealed record EvaluationFrame
{
    /// <summary>
    /// Rows that EWMA and AR look back: train's end is at hand for them, however little the candidates look at.
    /// </summary>
    private const int ReferenceRows = 10;

    /// <summary>Seasons that SEASONAL_MEAN looks back: fourteen, and three hundredths of one beside them.</summary>
    private const double ProfileSeasons = 14.03;

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

    /// <summary>[M][test rows] As <see cref="PreparedDataset.TestTruth"/>.</summary>
    public required IReadOnlyList<double[]> TestTruth { get; init; }

    /// <summary>[rows of <see cref="Series"/>] Whether no cell of it may be scored; null: all may.</summary>
    private bool[]? Hidden { get; init; }

    /// <summary>
    /// Truth in original units at any lead; NaN as in <see cref="Truth"/>, and where the cell may not be scored (<see cref="Where"/>).
    /// </summary>
    /// <param name="target">Its position.</param>
    /// <param name="origin">Last known row.</param>
    /// <param name="lead">In steps, at least 1.</param>
    public double TruthAt(int target, int origin, int lead)
    {
        var row = origin + lead;
        return row < Series.Rows && Series.Segments[row] == Series.Segments[origin] && Hidden?[row] != true
            ? TestTruth[target][row - FirstTestRow]
            : double.NaN;
    }

    /// <summary>The same frame without some cells: for those a champion was fitted on.</summary>
    /// <param name="keep">Told the time of each scored row (one step after the origin).</param>
    /// <param name="keepCells">Told the time of a row; of those that are not kept no cell is scored at any lead; null: all are.</param>
    public EvaluationFrame Where(Func<DateTime, bool> keep, Func<DateTime, bool>? keepCells = null)
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

        return this with
        {
            Origins = [.. kept.Select(n => Origins[n])],
            Truth = truth,
            SkippedRows = SkippedRows + Origins.Length - kept.Length,
            Hidden = keepCells is null ? Hidden : Array.ConvertAll(Series.Timestamps, t => !keepCells(t)),
        };
    }

    /// <summary>The same origins and truth on the same rows with other values: for models that see them unclipped.</summary>
    /// <param name="series">Rows as <see cref="Series"/>.</param>
    public EvaluationFrame On(PreparedSeries series) => this with { Series = series };

    /// <summary>Rows of train that are at hand before the test part for a season of so many steps, at most.</summary>
    public static double ContextRows(int season) => Math.Max(ReferenceRows, Math.Ceiling(ProfileSeasons * season)) + 1;

    /// <summary>Test with the rows before it that models may look at, and the origins that are scored.</summary>
    /// <param name="data">The dataset.</param>
    /// <param name="inputLength">Longest input of all models compared, in rows.</param>
    /// <param name="horizon">H, steps forecast from each origin.</param>
    public static EvaluationFrame Of(PreparedDataset data, int inputLength, int horizon = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputLength, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(horizon, 1);
        var most = Math.Max(inputLength + 1, ContextRows(Season.Steps(data.Meta.Step)));
        var context = data.Meta.TestFollowsTrain ? (int)Math.Min(data.Train.Rows, most) : 0;
        var series = SeriesJoin.Join(data.Train, data.Train.Rows - context, data.Test);
        var origins = new List<int>();
        for (var row = Math.Max(context, inputLength); row < series.Rows; row++)
        {
            if (series.Segments[row - inputLength] == series.Segments[row])
                origins.Add(row - 1);
        }

        var targets = data.Meta.Targets.Count;
        var frame = new EvaluationFrame
        {
            Series = series,
            FirstTestRow = context,
            Origins = [.. origins],
            Horizon = horizon,
            Truth = new double[origins.Count, horizon, targets],
            SkippedRows = data.Test.Rows - origins.Count,
            TestTruth = data.TestTruth,
        };
        for (var n = 0; n < origins.Count; n++)
        {
            for (var h = 0; h < horizon; h++)
            {
                for (var m = 0; m < targets; m++)
                    frame.Truth[n, h, m] = frame.TruthAt(m, origins[n], h + 1);
            }
        }

        return frame;
    }
}
