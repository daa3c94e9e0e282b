using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Monitoring.Backtests;

/// <summary>What <c>POST /backtests</c> answers.</summary>
internal sealed record StartedBacktest(BacktestId BacktestId, Identifier Identifier, RunId RunId, BacktestStatus Status, string Location);
