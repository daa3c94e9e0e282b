using FLTS.Forecasting.Json;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Backtests;

/// <summary>Writes that a backtest is to be done.</summary>
internal sealed class BacktestPosting(IDbContextFactory<RegistryDbContext> registry, TimeProvider time)
{
    /// <summary>Posts an order, or finds that it is there already. One that failed is tried again.</summary>
    /// <param name="order">What is asked for.</param>
    /// <param name="mostUnfinished">Unfinished backtests at most.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="TooManyException">More unfinished ones than that.</exception>
    public async Task<BacktestRow> PostAsync(BacktestOrder order, int mostUnfinished, CancellationToken cancellation)
    {
        var id = order.ToId();
        await using var db = await registry.CreateDbContextAsync(cancellation);
        if (!await db.Backtests.AnyAsync(b => b.BacktestId == id, cancellation)
            && await db.Backtests.Unfinished().CountAsync(cancellation) >= mostUnfinished)
        {
            throw new TooManyException(
                $"{mostUnfinished} backtests are unfinished, which is the most allowed (Monitoring:MaxUnfinished). Try again when some "
                + "have ended.",
                30);
        }

        var isNew = await db.InsertIfAbsentAsync(
            new BacktestRow
            {
                BacktestId = id,
                Identifier = order.Identifier,
                RunId = order.RunId,
                Request = CanonicalJson.Serialize(order.ToJson()),
                Status = BacktestStatus.Queued,
                CreatedAt = time.GetUtcNow(),
            },
            cancellation);
        if (!isNew)
            await RequeueAsync(db, id, cancellation);

        return await db.Backtests.AsNoTracking().SingleAsync(b => b.BacktestId == id, cancellation);
    }

    /// <summary>Asking again for one that failed is asking to try again; what was scored stays scored.</summary>
    private static Task<int> RequeueAsync(RegistryDbContext db, BacktestId id, CancellationToken cancellation) =>
        db.Backtests
            .Where(b => b.BacktestId == id && b.Status == BacktestStatus.Failed)
            .ExecuteUpdateAsync(
                set => set
                    .SetProperty(b => b.Status, b => b.Result == null ? BacktestStatus.Queued : BacktestStatus.Storing)
                    .SetProperty(b => b.Tries, 0)
                    .SetProperty(b => b.Deaths, 0)
                    .SetProperty(b => b.Faults, 0)
                    .SetProperty(b => b.NextAttemptAt, (DateTimeOffset?)null)
                    .SetProperty(b => b.EndedAt, (DateTimeOffset?)null)
                    .SetProperty(b => b.Error, (string?)null),
                cancellation);
}
