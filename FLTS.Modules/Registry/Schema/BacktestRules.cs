using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Schema;

/// <summary>When a backtest counts as done.</summary>
internal static class BacktestRules
{
    /// <summary>The only list of what has not ended.</summary>
    private static readonly List<BacktestStatus> _open = [BacktestStatus.Queued, BacktestStatus.Running, BacktestStatus.Storing];

    public static bool IsOpen(BacktestStatus status) => _open.Contains(status);

    public static IQueryable<BacktestRow> Unfinished(this IQueryable<BacktestRow> rows) =>
        rows.Where(b => EF.Constant(_open).Contains(b.Status));
}
