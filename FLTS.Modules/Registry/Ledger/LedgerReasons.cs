namespace FLTS.Modules.Registry.Ledger;

/// <summary>Why the lines of an identifier's ledger are there.</summary>
/// <param name="Of">By version, in the sentence of its attempt.</param>
/// <param name="RollbackVersion">That a rollback goes to which names none; null: there is none, one has to be named.</param>
internal sealed record LedgerReasons(IReadOnlyDictionary<int, string?> Of, int? RollbackVersion);
