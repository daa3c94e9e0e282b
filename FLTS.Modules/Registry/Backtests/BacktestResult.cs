using FLTS.Forecasting.Backtests;

namespace FLTS.Modules.Registry.Backtests;

/// <summary>What a backtest found.</summary>
/// <param name="ModelType">For example GRU.</param>
/// <param name="ConfigHash">The data that the model was trained on, in whose min-max scale errors are.</param>
/// <param name="From">Time of the first row that was forecast.</param>
/// <param name="To">Of the last.</param>
/// <param name="BucketSeconds">Length of an "hour": the longest of an hour, 1/24 of a season and a step.</param>
/// <param name="ScoredRows">Rows that were forecast: origins.</param>
/// <param name="SkippedRows">Rows of the span without enough rows before them in their segment.</param>
/// <param name="OverlapsTrain">Some of the rows are among those that the model was fitted or validated on.</param>
/// <param name="Lead"><c>from_end_of_train</c> for models that extrapolate from there.</param>
/// <param name="Overall">Errors of all.</param>
/// <param name="PerLead">Errors of each lead.</param>
internal sealed record BacktestResult(
    string ModelType,
    ConfigHash ConfigHash,
    string From,
    string To,
    double BucketSeconds,
    int ScoredRows,
    int SkippedRows,
    bool OverlapsTrain,
    string? Lead,
    RollingScore Overall,
    IReadOnlyList<LeadScore> PerLead);

/// <summary>Errors of forecasts so many steps ahead.</summary>
internal sealed record LeadScore(int Lead, RollingScore Score);

/// <summary>Errors of forecasts so many steps ahead for the times of an hour.</summary>
/// <param name="Lead">Steps.</param>
/// <param name="From">Begin of the hour.</param>
/// <param name="Score">Errors.</param>
internal sealed record HourScore(int Lead, string From, RollingScore Score);
