namespace FLTS.Forecasting.Models;

/// <summary>
/// Keeps what an unfinished fit needs to go on after its process died. Called by one thread.
/// A lost checkpoint costs time and no more: faults of the storage are logged, not thrown.
/// </summary>
public interface ICheckpoint
{
    /// <summary>The bytes saved last; null where there are none. They need not be trusted: whoever wrote them checks them.</summary>
    byte[]? Load();

    /// <summary>Replaces the bytes in one step: after a kill at any instant the old ones or the new ones are there.</summary>
    void Save(byte[] state);
}
