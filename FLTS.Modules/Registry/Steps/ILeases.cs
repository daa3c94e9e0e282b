using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Registry.Steps;

/// <summary>Leases by compare-and-set on the row itself; expiry compares the database's clock, never this machine's.</summary>
internal interface ILeases
{
    /// <summary>Milliseconds since the Unix epoch by the database's clock.</summary>
    Task<long> DatabaseNowAsync(CancellationToken cancellation);

    /// <summary>
    /// Takes the row if it is free or its holder's heartbeat is older than 10 s (a death, counted in <see cref="ILeased.Deaths"/>).
    /// </summary>
    /// <returns>Null: somebody else has it, or there is no such row.</returns>
    Task<Lease?> TryAcquireAsync<TRow>(string id, CancellationToken cancellation)
        where TRow : class, ILeased;

    /// <summary>Renews; false when the lease is no longer ours.</summary>
    Task<bool> HeartbeatAsync(Lease lease, CancellationToken cancellation);

    /// <summary>Gives it back; no error where it is no longer ours.</summary>
    Task ReleaseAsync(Lease lease, CancellationToken cancellation);

    /// <summary>
    /// Takes back the death that was counted when somebody took a lease over: its worker lived, the database was
    /// away. No error where none was.
    /// </summary>
    Task RetractDeathAsync(Lease lease, CancellationToken cancellation);

    /// <summary>
    /// Frees every lease (counting a death each): only for the embedded default, where the lock on the data folder
    /// proves that no other process lives.
    /// </summary>
    Task<int> VoidAllAsync(CancellationToken cancellation);
}
