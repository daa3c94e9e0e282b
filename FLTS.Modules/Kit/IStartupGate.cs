namespace FLTS.Modules.Kit;

/// <summary>
/// Opens once database, migrations, object store and bus are proven. No consumer, job or background service of a module starts before.
/// </summary>
public interface IStartupGate
{
    /// <summary>Completes when the gate opens.</summary>
    Task OpenedAsync(CancellationToken cancellation);
}
