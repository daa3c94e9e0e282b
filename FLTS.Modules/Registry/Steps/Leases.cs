using FLTS.Modules.Registry.Entities;

namespace FLTS.Modules.Registry.Steps;

/// <summary>A lease in hand. Every transition of the row is <c>WHERE lease_token = Token</c>.</summary>
/// <param name="Row">Type of the row: the database's model knows its table and key.</param>
/// <param name="Id">Key of the row.</param>
/// <param name="Token">Rises at every take-over.</param>
/// <param name="Owner">Names this taking among all of all processes.</param>
internal sealed record Lease(Type Row, string Id, long Token, string Owner)
{
    private const string Suffix = "Row";

    /// <summary>What is leased, for the log: <c>Run</c>.</summary>
    public string Kind => Row.Name.EndsWith(Suffix, StringComparison.Ordinal) ? Row.Name[..^Suffix.Length] : Row.Name;
}

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
