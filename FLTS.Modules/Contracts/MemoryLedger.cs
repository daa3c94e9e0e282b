namespace FLTS.Modules.Contracts;

/// <summary>
/// What work of this process has said it takes of memory, while it runs. No system tells whose memory is whose inside a process; so what
/// the process has grown by since nothing ran is held against all that was said together, by half more: beyond that somebody takes what
/// nobody said, and whoever said the most and can be ended is the first to go.
/// </summary>
/// <param name="taken">Bytes that the process holds now.</param>
internal sealed class MemoryLedger(Func<long> taken)
{
    private readonly Lock _lock = new();
    private readonly List<Entry> _entries = [];
    private long _before;

    /// <summary>Of the resident memory of this process.</summary>
    public MemoryLedger()
        : this(static () => Environment.WorkingSet)
    {
    }

    /// <summary>Enters what begins now; disposing strikes it out.</summary>
    /// <param name="estimate">Its sum.</param>
    /// <param name="canBeEnded">Whether it asks <see cref="Entry.Excess"/>.</param>
    public Entry Enter(FitEstimate estimate, bool canBeEnded = false)
    {
        lock (_lock)
        {
            if (_entries.Count == 0)
                _before = taken();

            var entry = new Entry(this, estimate.MostBytes, canBeEnded);
            _entries.Add(entry);
            return entry;
        }
    }

    private (double Grown, double Most)? ExcessOf(Entry entry)
    {
        lock (_lock)
        {
            if (_entries.Where(e => e.CanBeEnded).MaxBy(e => e.MostBytes) != entry)
                return null;

            var most = _entries.Sum(e => e.MostBytes);
            if (Grown() <= most)
                return null;

            // What nobody holds any more does not count.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            return Grown() is var grown && grown > most ? (grown, most) : null;
        }
    }

    private double Grown() => taken() - _before;

    private void Strike(Entry entry)
    {
        lock (_lock)
            _entries.Remove(entry);
    }

    /// <summary>Work that runs.</summary>
    internal sealed class Entry(MemoryLedger ledger, double mostBytes, bool canBeEnded) : IDisposable
    {
        /// <summary>That it may take.</summary>
        public double MostBytes => mostBytes;

        public bool CanBeEnded => canBeEnded;

        /// <summary>
        /// Bytes that the process has grown by, and those that all who run may take, where that is less and this is who has to go.
        /// </summary>
        public (double Grown, double Most)? Excess() => ledger.ExcessOf(this);

        public void Dispose() => ledger.Strike(this);
    }
}
