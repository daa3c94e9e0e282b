using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Sources;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Measurements;

/// <summary>Rows of a dataset that one request sent, and what its files say of their times.</summary>
/// <param name="Files">Of the dataset.</param>
/// <param name="Form">Theirs.</param>
/// <param name="Rows">In the order of time, each time once.</param>
/// <param name="InFiles">See <see cref="FileValues"/>.</param>
/// <param name="KnownAt">When they came.</param>
/// <param name="MayComeAgain">See <see cref="MeasurementLog.TakeAsync"/>.</param>
internal sealed record SentMeasurements(
    SourceFiles Files,
    SourceForm Form,
    IReadOnlyList<KeyValuePair<DateTime, string>> Rows,
    IReadOnlyDictionary<DateTime, string> InFiles,
    DateTimeOffset KnownAt,
    bool MayComeAgain);

/// <summary>What became of the rows of a request.</summary>
/// <param name="Taken">How many of which kind.</param>
/// <param name="Newest">The newest time that is known of the dataset.</param>
/// <param name="IsLast">
/// They were stored, and of those of this dataset that were committed together none came after them: who sent them tells it for all.
/// </param>
internal readonly record struct WrittenRows(TakenRows Taken, DateTime Newest, bool IsLast);

/// <summary>
/// Decides on rows and writes them. What is sent meanwhile is written together: one transaction costs as much as many rows, and a thousand
/// stations send one row each.
/// </summary>
internal sealed class MeasurementWriter
{
    /// <summary>Requests of one transaction.</summary>
    private const int MostTogether = 256;

    /// <summary>Times asked for in one statement.</summary>
    private const int Chunk = 500;

    /// <summary>Datasets by times whose rows are looked for at once.</summary>
    private const int MostAsked = 4096;

    private readonly IDbContextFactory<RegistryDbContext> _registry;
    private readonly TogetherTurn<SentMeasurements, WrittenRows> _turn;

    public MeasurementWriter(IDbContextFactory<RegistryDbContext> registry)
    {
        _registry = registry;
        _turn = new(MostTogether, WriteAsync);
    }

    /// <summary>Writes what is not known yet; nobody's cancellation takes back what others wait for.</summary>
    public Task<WrittenRows> WriteAsync(SentMeasurements sent, CancellationToken cancellation) =>
        _turn.DoAsync(sent, cancellation);

    /// <summary>What would become of the rows now; nothing is written, and nobody waits.</summary>
    public async Task<TakenRows> LookAsync(SentMeasurements sent, CancellationToken cancellation)
    {
        await using var db = await _registry.CreateDbContextAsync(cancellation);
        var (_, newest) = (await LogsAsync(db, [sent.Files.Name])).GetValueOrDefault(sent.Files.Name);
        var end = newest > sent.Form.Last ? newest : sent.Form.Last;
        return Decide(sent, (0, end), await KnownAsync(db, [sent]), added: []);
    }

    /// <summary>Says that the rows of logs are others now.</summary>
    public static Task RaiseAsync(RegistryDbContext db, IReadOnlyCollection<DatasetName> datasets, CancellationToken cancellation) =>
        db.MeasurementLogs.Where(l => datasets.Contains(l.Dataset)).ExecuteUpdateAsync(
            set => set.SetProperty(l => l.Changes, l => l.Changes + 1), cancellation);

    private async Task<IReadOnlyList<WrittenRows>> WriteAsync(IReadOnlyList<SentMeasurements> group)
    {
        await using var db = await _registry.CreateDbContextAsync();
        await using var transaction = await db.Database.BeginTransactionAsync();

        List<DatasetName> names = [.. group.Select(s => s.Files.Name).Distinct()];
        await db.LockMeasurementLogsAsync(names, CancellationToken.None);
        var logs = await LogsAsync(db, names);
        var written = new WrittenRows[group.Count];
        var last = new Dictionary<DatasetName, int>();
        for (var done = 0; done < group.Count;)
        {
            var together = Together(group, done);
            var (known, added) = (await KnownAsync(db, together), new List<MeasurementRow>());
            foreach (var sent in together)
            {
                var (changes, newest) = logs[sent.Files.Name];
                var end = newest > sent.Form.Last ? newest : sent.Form.Last;
                var rows = Decide(sent, (changes + 1, end), known, added);
                if (rows.Stored > 0 && sent.Rows[^1].Key > end)
                    logs[sent.Files.Name] = (changes, end = sent.Rows[^1].Key);
                if (rows.Stored > 0)
                    last[sent.Files.Name] = done;
                written[done++] = new WrittenRows(rows, end, IsLast: false);
            }

            await db.InsertAsync(added, CancellationToken.None);
        }

        if (last.Count == 0)
            return written;

        await RaiseAsync(db, [.. last.Keys], CancellationToken.None);
        FaultPoint.Reach("measurements.before-commit");
        await transaction.CommitAsync();
        FaultPoint.Reach("measurements.after-commit");
        foreach (var request in last.Values)
            written[request] = written[request] with { IsLast = true };
        return written;
    }

    /// <summary>The next requests whose rows are looked for at once.</summary>
    private static List<SentMeasurements> Together(IReadOnlyList<SentMeasurements> group, int from)
    {
        var (names, times, next) = (new HashSet<DatasetName>(), new HashSet<DateTime>(), new List<SentMeasurements>());
        foreach (var sent in group.Skip(from))
        {
            names.Add(sent.Files.Name);
            times.UnionWith(sent.Rows.Select(r => r.Key));
            if (next.Count > 0 && names.Count * times.Count > MostAsked)
                break;
            next.Add(sent);
        }

        return next;
    }

    /// <summary>What becomes of the rows of a request; those that are to be stored are added.</summary>
    private static TakenRows Decide(
        SentMeasurements sent,
        (long Change, DateTime Newest) log,
        Dictionary<(DatasetName, DateTimeOffset), List<MeasurementRow>> known,
        List<MeasurementRow> added)
    {
        var taken = new TakenRows();
        foreach (var (time, now) in sent.Rows)
        {
            var place = (sent.Files.Name, MeasurementLog.Instant(time));
            if (!known.TryGetValue(place, out var before))
                known[place] = before = [];
            var newestRevision = before.MaxBy(r => r.Revision);
            var counts = newestRevision is null || sent.Form.Overrules(time, newestRevision.KnownAt, sent.Files)
                ? sent.InFiles.GetValueOrDefault(time)
                : newestRevision.Values;
            if (counts == now || (sent.MayComeAgain && before.Exists(r => r.Values == now)))
            {
                taken = taken with { Unchanged = taken.Unchanged + 1 };
                continue;
            }

            taken = counts is not null ? taken with { Corrected = taken.Corrected + 1 }
                : time > log.Newest ? taken with { New = taken.New + 1 }
                : taken with { Late = taken.Late + 1 };
            var row = new MeasurementRow
            {
                Dataset = sent.Files.Name,
                Ts = MeasurementLog.Instant(time),
                Revision = (newestRevision?.Revision ?? 0) + 1,
                Values = now,
                KnownAt = sent.KnownAt,
                Change = log.Change,
            };
            before.Add(row);
            added.Add(row);
        }

        return taken;
    }

    private static async Task<Dictionary<DatasetName, (long Changes, DateTime Newest)>> LogsAsync(
        RegistryDbContext db, List<DatasetName> names)
    {
        var logs = await db.MeasurementLogs
            .Where(l => names.Contains(l.Dataset))
            .Select(l => new
            {
                l.Dataset,
                l.Changes,
                Ts = db.Measurements.Where(m => m.Dataset == l.Dataset).OrderByDescending(m => m.Ts).Select(m => (DateTimeOffset?)m.Ts)
                    .FirstOrDefault(),
            })
            .ToListAsync();
        return logs.ToDictionary(l => l.Dataset, l => (l.Changes, l.Ts is { } ts ? MeasurementLog.Time(ts) : DateTime.MinValue));
    }

    private static async Task<Dictionary<(DatasetName, DateTimeOffset), List<MeasurementRow>>> KnownAsync(
        RegistryDbContext db, List<SentMeasurements> sent)
    {
        var known = new Dictionary<(DatasetName, DateTimeOffset), List<MeasurementRow>>();
        List<DatasetName> names = [.. sent.Select(s => s.Files.Name).Distinct()];
        foreach (var times in sent.SelectMany(s => s.Rows).Select(r => MeasurementLog.Instant(r.Key)).Distinct().Chunk(Chunk))
        {
            var rows = await db.Measurements.AsNoTracking()
                .Where(m => names.Contains(m.Dataset) && times.Contains(m.Ts))
                .ToListAsync();
            foreach (var row in rows)
            {
                if (!known.TryGetValue((row.Dataset, row.Ts), out var revisions))
                    known[(row.Dataset, row.Ts)] = revisions = [];
                revisions.Add(row);
            }
        }

        return known;
    }
}
