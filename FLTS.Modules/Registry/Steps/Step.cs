using System.Globalization;
using System.Linq.Expressions;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;

namespace FLTS.Modules.Registry.Steps;

/// <summary>
/// A step as those see it who know no row: the Reconciler and the queues. Every class that derives from it is found and
/// used; there is no list to add to.
/// </summary>
internal abstract class Step
{
    /// <summary>As logged: <c>preprocess</c>.</summary>
    public abstract string Name { get; }

    /// <summary>What is to be done by the rows; a pure function.</summary>
    public abstract IEnumerable<DueStep> DueSteps(UnfinishedWork work);

    /// <summary>Rows that have not ended and follow from no pipeline.</summary>
    public abstract Task<IReadOnlyList<ILeased>> OwnRowsAsync(RegistryDbContext db, CancellationToken cancellation);
}

/// <summary>
/// The declaration of a step: its row, its queue, when it is due, and the transitions of the row, each <c>WHERE lease_token = mine</c>.
/// What all steps have in common does <see cref="LeasedStep{TRow}"/>; the work itself is a <see cref="StepWork{TRow}"/> of a module.
/// </summary>
/// <typeparam name="TRow">Its row, with one key of text.</typeparam>
internal abstract class Step<TRow>(IDbContextFactory<RegistryDbContext> registry, TimeProvider time) : Step
    where TRow : class, ILeased
{
    private const int ShortHash = 8;

    /// <summary>
    /// True where somebody else than the worker may end the row or the need for it, so that the worker looks while it works.
    /// </summary>
    public virtual bool MayBeEndedByOthers => false;

    protected IDbContextFactory<RegistryDbContext> Registry => registry;

    protected DateTimeOffset Now => time.GetUtcNow();

    /// <summary>Key of a row.</summary>
    public abstract string Id(TRow row);

    /// <summary>Queue of the module that does it.</summary>
    public abstract string Queue(TRow row);

    /// <summary>Names it for people: <c>Train GRU on demo 1a2b3c4d</c>.</summary>
    public abstract string Label(TRow row);

    /// <summary>Ids that each line of its log bears, by their names there.</summary>
    public abstract IReadOnlyDictionary<string, object> Scope(TRow row);

    /// <summary>True while a worker may bring the row to its end.</summary>
    public abstract bool IsOpen(TRow row);

    /// <summary>
    /// Rows on which it is to be done; a pure rule. Whether somebody holds one, or it waits for its next try, is asked elsewhere.
    /// </summary>
    public virtual IEnumerable<TRow> Due(UnfinishedWork work) => work.RowsOf<TRow>().Where(IsOpen);

    /// <summary>What to put into a queue.</summary>
    public StepTask Task(TRow row) => new(Name, Id(row), Queue(row), Label(row));

    /// <summary>That the step is to be done on a row.</summary>
    public DueStep DueOf(TRow row) => new(Task(row), row, Turn(row), Scope(row));

    public sealed override IEnumerable<DueStep> DueSteps(UnfinishedWork work) => Due(work).Select(DueOf);

    public sealed override async Task<IReadOnlyList<ILeased>> OwnRowsAsync(RegistryDbContext db, CancellationToken cancellation) =>
        OwnRows(db) is { } rows ? await rows.AsNoTracking().ToListAsync(cancellation) : [];

    /// <summary>Null: no such row.</summary>
    public async Task<TRow?> FindAsync(string id, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.Set<TRow>().AsNoTracking().SingleOrDefaultAsync(Is(id), cancellation);
    }

    /// <summary>False once the row has ended, also where somebody cancelled it.</summary>
    public async Task<bool> IsOpenAsync(string id, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await Open(db.Set<TRow>().Where(Is(id))).AnyAsync(cancellation);
    }

    /// <summary>False once nobody waits for the row's end any more: who works on it stops.</summary>
    public virtual Task<bool> IsWantedAsync(string id, CancellationToken cancellation) => IsOpenAsync(id, cancellation);

    /// <summary>Cannot go on now: tried again later.</summary>
    /// <returns>False: the row is no longer ours.</returns>
    public virtual async Task<bool> PostponeAsync(Lease lease, TRow row, Postponement postponed, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await Mine(db, lease).ExecuteUpdateAsync(
            set =>
            {
                SetWaiting(set);
                SetPostponed(set, postponed);
                set.SetProperty(r => EF.Property<string?>(r, nameof(ILeased.Error)), postponed.Reason);
            },
            cancellation) == 1;
    }

    /// <summary>Failed for good.</summary>
    /// <returns>False: the row is no longer ours.</returns>
    public virtual async Task<bool> FailAsync(Lease lease, string reason, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await Mine(db, lease).ExecuteUpdateAsync(
            set =>
            {
                SetFailed(set);
                set.SetProperty(r => EF.Property<string?>(r, nameof(ILeased.Error)), reason)
                    .SetProperty(r => EF.Property<DateTimeOffset?>(r, nameof(ILeased.NextAttemptAt)), (DateTimeOffset?)null);
            },
            cancellation) == 1;
    }

    /// <summary>A station and the begin of a hash: what people know data by.</summary>
    protected static string Short(Identifier identifier, ConfigHash configHash) =>
        $"{identifier} {configHash.Value[..Math.Min(ShortHash, configHash.Value.Length)]}";

    /// <summary>The row of a key.</summary>
    protected abstract Expression<Func<TRow, bool>> Is(string id);

    /// <summary>
    /// Those of which <see cref="IsOpen"/> is true, as a query: what has ended is not brought back by the worker that still holds it.
    /// </summary>
    protected abstract IQueryable<TRow> Open(IQueryable<TRow> rows);

    /// <summary>Its status while it waits for its next try.</summary>
    protected abstract void SetWaiting(UpdateSettersBuilder<TRow> set);

    /// <summary>Its status when it has failed for good, and the time.</summary>
    protected abstract void SetFailed(UpdateSettersBuilder<TRow> set);

    /// <summary>Rows that follow from no pipeline and have not ended; null where all do.</summary>
    protected virtual IQueryable<TRow>? OwnRows(RegistryDbContext db) => null;

    /// <summary>See <see cref="DueStep.Turn"/>.</summary>
    protected virtual string Turn(TRow row) => string.Create(CultureInfo.InvariantCulture, $"{row.LeaseToken}/{row.Tries}");

    /// <summary>Counters and time of a postponement, the same for every row.</summary>
    protected static void SetPostponed(UpdateSettersBuilder<TRow> set, Postponement postponed) => set
        .SetProperty(r => EF.Property<int>(r, nameof(ILeased.Tries)), r => EF.Property<int>(r, nameof(ILeased.Tries)) + 1)
        .SetProperty(
            r => EF.Property<int>(r, nameof(ILeased.Faults)),
            r => EF.Property<int>(r, nameof(ILeased.Faults)) + (postponed.IsUnforeseen ? 1 : 0))
        .SetProperty(r => EF.Property<DateTimeOffset?>(r, nameof(ILeased.NextAttemptAt)), postponed.Next);

    /// <summary>The row while its lease is ours and it has not ended.</summary>
    protected IQueryable<TRow> Mine(RegistryDbContext db, Lease lease) => Open(db.Set<TRow>()
        .Where(Is(lease.Id))
        .Where(r =>
            EF.Property<long>(r, nameof(ILeased.LeaseToken)) == lease.Token
            && EF.Property<string?>(r, nameof(ILeased.LeaseOwner)) == lease.Owner));
}

/// <summary>That a step cannot go on now.</summary>
/// <param name="Reason">In a sentence.</param>
/// <param name="Next">When it is tried again.</param>
/// <param name="IsUnforeseen">It counts among those that may happen three times.</param>
/// <param name="Refusals">Everything that was tried on the way and refused, the last one being the reason.</param>
internal sealed record Postponement(string Reason, DateTimeOffset Next, bool IsUnforeseen, IReadOnlyList<Refusal> Refusals);
