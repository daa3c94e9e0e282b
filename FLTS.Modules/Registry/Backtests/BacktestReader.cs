using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Backtests;

/// <summary>Reads backtests.</summary>
internal sealed class BacktestReader(IDbContextFactory<RegistryDbContext> registry)
{
    /// <exception cref="NotFoundException">No such backtest.</exception>
    public async Task<BacktestView> FindAsync(BacktestId id, CancellationToken cancellation) =>
        BacktestView.Of(await RowAsync(id, cancellation));

    /// <exception cref="NotFoundException">No such backtest.</exception>
    public async Task<BacktestRow> RowAsync(BacktestId id, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.Backtests.AsNoTracking().SingleOrDefaultAsync(b => b.BacktestId == id, cancellation)
            ?? throw new NotFoundException($"There is no backtest '{id}'. GET /backtests lists them.");
    }

    /// <summary>Newest first, without their hours.</summary>
    public async Task<Page<BacktestView>> ListAsync(
        Identifier? identifier, int limit, Cursor? cursor, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var query = db.Backtests.AsNoTracking();
        if (identifier is not null)
            query = query.Where(b => b.Identifier == identifier);
        if (cursor is { } after)
        {
            query = query.Where(b =>
                b.CreatedAt < after.At || (b.CreatedAt == after.At && string.Compare((string)(object)b.BacktestId, after.Id) < 0));
        }

        var rows = await query
            .OrderByDescending(b => b.CreatedAt)
            .ThenByDescending(b => b.BacktestId)
            .Take(limit + 1)
            .Select(b => new BacktestRow
            {
                BacktestId = b.BacktestId,
                Identifier = b.Identifier,
                RunId = b.RunId,
                Request = b.Request,
                Status = b.Status,
                Result = b.Result,
                Error = b.Error,
                CreatedAt = b.CreatedAt,
                StartedAt = b.StartedAt,
                EndedAt = b.EndedAt,
                NextAttemptAt = b.NextAttemptAt,
            })
            .ToListAsync(cancellation);
        return Cursor.Page(rows, limit, b => new Cursor(b.CreatedAt, b.BacktestId.Value), BacktestView.Of);
    }

    /// <summary>Those of an identifier that were scored on a day (UTC), in that order.</summary>
    public async Task<IReadOnlyList<BacktestId>> ScoredOnAsync(Identifier identifier, DateTimeOffset at, CancellationToken cancellation)
    {
        var day = new DateTimeOffset(at.UtcDateTime.Date, TimeSpan.Zero);
        var next = day.AddDays(1);
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.Backtests
            .Where(b => b.Identifier == identifier && b.ScoredAt >= day && b.ScoredAt < next)
            .OrderBy(b => b.ScoredAt)
            .ThenBy(b => b.BacktestId)
            .Select(b => b.BacktestId)
            .ToListAsync(cancellation);
    }
}
