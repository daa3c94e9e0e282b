using System.Text.Json.Serialization;
using FLTS.Forecasting.Backtests;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Monitoring.Live;

/// <summary>How the forecasts of a station did, as <c>GET /live/{identifier}</c> answers it.</summary>
/// <param name="Identifier">The station.</param>
/// <param name="Dataset">Whose rows are the truth; null: nobody has looked yet.</param>
/// <param name="Lead">In steps.</param>
/// <param name="Leads">That are scored.</param>
/// <param name="StepSeconds">Between rows.</param>
/// <param name="BucketSeconds">Length of an "hour": the longest of an hour, 1/24 of a season and a step.</param>
/// <param name="ScoredTo">The newest row that is scored; null: none is.</param>
/// <param name="KnownAt">When that row came.</param>
/// <param name="Error">Why nothing is scored now, in a sentence; null: it is.</param>
/// <param name="NextTry">When it is tried again.</param>
/// <param name="Models">Who was scored for which rows, and as what.</param>
/// <param name="Hours">In order; the newest may be unfinished.</param>
internal sealed record LiveView(
    Identifier Identifier,
    DatasetName? Dataset,
    int Lead,
    IReadOnlyList<int> Leads,
    double? StepSeconds,
    double? BucketSeconds,
    string? ScoredTo,
    DateTimeOffset? KnownAt,
    string? Error,
    DateTimeOffset? NextTry,
    IReadOnlyList<LiveRoleView> Models,
    IReadOnlyList<LiveHourView> Hours);

/// <summary>A model in a role.</summary>
/// <param name="Role">As what.</param>
/// <param name="Model">Its run, or run and name of a reference that was fitted on its data.</param>
/// <param name="RunId">Its run; of a reference the champion's.</param>
/// <param name="From">Rows behind this time are scored.</param>
/// <param name="Until">The last that is; null: it has the role still.</param>
/// <param name="Reason">Why it is not scored, in a sentence; null: it is.</param>
internal sealed record LiveRoleView(LiveRole Role, string Model, RunId RunId, string From, string? Until, string? Reason);

/// <summary>What was forecast for the times of an hour, beside what came.</summary>
/// <param name="From">Begin.</param>
/// <param name="Day">It is a day: hours of more than 90 days ago are kept by day.</param>
/// <param name="State"><c>scored</c>, or <c>no_truth</c>: less than half of what was forecast is known. The champion's.</param>
/// <param name="Ratio">
/// (champion's + e) / (baseline's + e) of the mean absolute errors, e 5 percent of EWMA's on the validation replay, 0 before that was made;
/// null where one of the two has none.
/// </param>
/// <param name="Champion">Errors of who was in force; null: it was not scored.</param>
/// <param name="Previous">Of the version that a rollback would have gone back to.</param>
/// <param name="Shadow">Of the run that stood beside it.</param>
/// <param name="Reference">Of the best reference on the champion's scoreboard.</param>
/// <param name="Baseline">Of EWMA.</param>
internal sealed record LiveHourView(
    string From,
    bool Day,
    string State,
    double? Ratio,
    LiveScoreView? Champion,
    LiveScoreView? Previous,
    LiveScoreView? Shadow,
    LiveScoreView? Reference,
    LiveScoreView? Baseline)
{
    /// <summary>By role, where there is one.</summary>
    [JsonIgnore]
    public IEnumerable<(string Role, LiveScoreView Score)> Scores =>
        from line in new[]
        {
            ("champion", Champion), ("previous", Previous), ("shadow", Shadow), ("reference", Reference), ("baseline", Baseline),
        }
        where line.Item2 is not null
        select (line.Item1, line.Item2);
}

/// <summary>Errors on the min-max scale of the champion's train part, targets of equal weight, flat ones left out.</summary>
/// <param name="Model">Whose.</param>
/// <param name="Cells">Forecasts of a target at a time.</param>
/// <param name="Matched">Those of them whose truth was observed: only these are scored.</param>
/// <param name="Mae">Null where nothing is matched, or a forecast was not finite.</param>
/// <param name="Rmse">As above.</param>
/// <param name="Bias">Mean of forecast less truth.</param>
/// <param name="Coverage80">Share of the truths inside the model's intervals; null: it has none.</param>
/// <param name="Coverage95">As above.</param>
/// <param name="IntervalScore80">Mean width, and ten times the distance of what lies outside.</param>
internal sealed record LiveScoreView(
    string Model,
    long Cells,
    long Matched,
    double? Mae,
    double? Rmse,
    double? Bias,
    [property: JsonPropertyName("coverage_80")] double? Coverage80,
    [property: JsonPropertyName("coverage_95")] double? Coverage95,
    [property: JsonPropertyName("interval_score_80")] double? IntervalScore80)
{
    public static LiveScoreView Of(string model, CellSums sums)
    {
        var intervals = sums.Intervals;
        return new LiveScoreView(
            model,
            sums.Cells,
            sums.Matched,
            Mean(sums.Absolutes, sums.Matched),
            Mean(sums.Squares, sums.Matched) is { } mse ? Math.Sqrt(mse) : null,
            double.IsFinite(sums.Absolutes) ? Mean(sums.Errors, sums.Matched) : null,
            Mean(intervals.Inside80, intervals.With80),
            Mean(intervals.Inside95, intervals.With95),
            Mean(intervals.Scores, intervals.With80));
    }

    private static double? Mean(double sum, long count) => count > 0 && double.IsFinite(sum) ? sum / count : null;
}

/// <summary>A forecast as it stood at a time, beside what came.</summary>
/// <param name="Identifier">The station.</param>
/// <param name="Model">Whose: that of the champion then.</param>
/// <param name="Column">The target.</param>
/// <param name="Level">Of the intervals, in percent.</param>
/// <param name="Origin">The last row that the model saw.</param>
/// <param name="Points">A lead each.</param>
internal sealed record LiveForecastView(
    Identifier Identifier, string Model, string Column, int Level, string Origin, IReadOnlyList<LivePointView> Points);

/// <summary>What was forecast for a time.</summary>
/// <param name="Lead">Steps from the origin.</param>
/// <param name="Time">The time.</param>
/// <param name="Forecast">In original units.</param>
/// <param name="Low">Of the interval; null: there is none.</param>
/// <param name="High">As above.</param>
/// <param name="Truth">What was measured since; null: nothing was, or not yet.</param>
internal sealed record LivePointView(int Lead, string Time, double? Forecast, double? Low, double? High, double? Truth);
