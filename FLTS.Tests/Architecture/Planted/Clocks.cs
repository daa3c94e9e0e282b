// One method for each call that Calls.ClocksAndChance names; ClocksTests proves with them that the rule can fail.
#pragma warning disable CA1812, CA1822, CA5394, IDE1006
using System.Diagnostics;

namespace FLTS.Tests.Architecture.Planted.Clocks;

internal sealed class Clocks
{
    public DateTime Own_DateTimegetNow() => DateTime.Now;

    public DateTime Own_DateTimegetUtcNow() => DateTime.UtcNow;

    public DateTime Own_DateTimegetToday() => DateTime.Today;

    public DateTimeOffset Own_DateTimeOffsetgetNow() => DateTimeOffset.Now;

    public DateTimeOffset Own_DateTimeOffsetgetUtcNow() => DateTimeOffset.UtcNow;

    public int Own_EnvironmentgetTickCount() => Environment.TickCount;

    public long Own_EnvironmentgetTickCount64() => Environment.TickCount64;

    public long Own_DiagnosticsStopwatch() => Stopwatch.GetTimestamp();

    public TimeSpan Own_DiagnosticsStopwatchStarted() => Stopwatch.StartNew().Elapsed;

    public int Own_RandomgetShared() => Random.Shared.Next();

    public int Own_Randomctor() => new Random().Next();

    /// <summary>Allowed.</summary>
    public int Seeded() => new Random(1).Next();

    /// <summary>Allowed.</summary>
    public DateTimeOffset Told(TimeProvider time) => time.GetUtcNow();
}
