namespace FLTS.Modules.Contracts;

/// <summary>Rewrites pointer files that are missing or differ from the ledger; the ledger is the truth.</summary>
public interface IPointerRepair
{
    /// <returns>How many pointers were rewritten.</returns>
    Task<int> RepairAsync(CancellationToken cancellation);
}
