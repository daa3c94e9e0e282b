namespace FLTS.Host.Cli;

/// <summary>
/// The clock of a station that a replay started: the time of the rows, so that what looks at the clock, such as how late a row is or for
/// how long nothing may be done again, is as on the real days. Between rows it goes as fast as any.
/// </summary>
internal sealed class ReplayClock : TimeProvider
{
    private long _ahead;
    private bool _isSet;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _ahead));

    /// <summary>It is this time now, unless it is later already.</summary>
    /// <param name="now">Without a zone: as the server reads it, UTC.</param>
    public void Reach(DateTime now)
    {
        var ahead = DateTime.SpecifyKind(now, DateTimeKind.Utc).Ticks - base.GetUtcNow().Ticks;
        if (!_isSet || ahead > Interlocked.Read(ref _ahead))
            Interlocked.Exchange(ref _ahead, ahead);
        _isSet = true;
    }
}
