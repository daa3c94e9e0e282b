using System.Globalization;

namespace FLTS.Modules.Training;

/// <summary>
/// Processor time of one thread, as others read it: what Linux has counted for it (proc(5)). Where the system is another one the time that
/// has passed since the thread was first looked at, which is never less.
/// </summary>
internal sealed class ThreadTime
{
    /// <summary>Of a second: USER_HZ, the same on all systems that .NET runs on.</summary>
    private const double Ticks = 100;

    private readonly string? _stat;
    private readonly TimeProvider _time;
    private readonly long _began;

    private ThreadTime(string? stat, TimeProvider time) => (_stat, _time, _began) = (stat, time, time.GetTimestamp());

    /// <summary>Seconds so far; null: the thread has ended.</summary>
    public double? Seconds
    {
        get
        {
            if (_stat is null)
                return _time.GetElapsedTime(_began).TotalSeconds;

            try
            {
                // The second field is a name in brackets; behind it the user's time is the 12th, the system's the 13th.
                var stat = File.ReadAllText(_stat);
                var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                return fields[11..13].Sum(f => long.Parse(f, CultureInfo.InvariantCulture)) / Ticks;
            }
            catch (IOException)
            {
                return null;
            }
        }
    }

    /// <summary>Of the calling thread.</summary>
    public static ThreadTime OfThis(TimeProvider time) => new(
        OperatingSystem.IsLinux() && new FileInfo("/proc/thread-self").LinkTarget is { } thread ? $"/proc/{thread}/stat" : null, time);
}
