using FLTS.Modules.Registry.Changes;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Page.Events;

/// <summary>
/// What changed last, read once a second for all who listen, and not at all while nobody does.
/// </summary>
internal sealed class ChangeFeed(ChangeReader reader, TimeProvider time) : IDisposable
{
    /// <summary>Between two readings.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _turn = new(1);
    private Revisions? _newest;
    private long _readAt;

    /// <summary>Null: the database does not answer, and never did.</summary>
    public async Task<Revisions?> NewestAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            if (_newest is null || time.GetElapsedTime(_readAt) >= Interval)
            {
                _newest = await reader.ReadAsync(_newest, cancellation);
                _readAt = time.GetTimestamp();
            }
        }
        catch (Exception e) when (DatabaseFaults.IsPassing(e))
        {
            // Whoever listens goes on to: what changes meanwhile is told when it answers again.
        }
        finally
        {
            _turn.Release();
        }

        return _newest;
    }

    public void Dispose() => _turn.Dispose();
}
