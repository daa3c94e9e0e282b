namespace FLTS.Forecasting.Series;

/// <summary>Zones that mean the same on every machine.</summary>
public static class TimeZones
{
    /// <summary>Files beside the IANA zones: the machine's own zone, and copies with other rules.</summary>
    private static readonly string[] _others = ["localtime", "posixrules", "posix/", "right/"];

    /// <summary>Whether a name is an IANA zone known here.</summary>
    public static bool IsKnown(string name) =>
        !Array.Exists(_others, other => name.StartsWith(other, StringComparison.OrdinalIgnoreCase))
        && TimeZoneInfo.TryFindSystemTimeZoneById(name, out _);
}
