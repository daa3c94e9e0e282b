namespace FLTS.Modules.Registry.Ledger;

/// <summary>A line of an identifier's ledger.</summary>
internal sealed record LedgerLine(int Version, RunId RunId, bool IsRollback);
