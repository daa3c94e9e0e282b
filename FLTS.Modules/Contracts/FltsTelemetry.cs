namespace FLTS.Modules.Contracts;

/// <summary>Names under which metrics and traces are collected. What the instruments are called stands in API.md.</summary>
public static class FltsTelemetry
{
    /// <summary>The source of traces, and the beginning of every meter's name.</summary>
    public const string Name = "FLTS";

    /// <summary>A module has one meter.</summary>
    /// <param name="module">Its name.</param>
    public static string MeterOf(string module) => $"{Name}.{module}";
}
