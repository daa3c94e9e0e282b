using System.Diagnostics;

namespace FLTS.Modules.Registry.Steps;

/// <summary>An activity an execution of a step, so that there is always a trace id to name.</summary>
internal static class StepTrace
{
    private static readonly ActivitySource _source = new(FltsTelemetry.Name);

    /// <summary>Inside the activity there is, or in a new one also where nobody listens.</summary>
    /// <returns>Disposing ends it; null where there was one and nobody listens.</returns>
    public static Activity? Start(string step) =>
        _source.StartActivity(step) ?? (Activity.Current is null ? new Activity(step).SetIdFormat(ActivityIdFormat.W3C).Start() : null);

    /// <summary>Of the activity that is going on; 32 hex digits.</summary>
    public static string Id => Activity.Current?.TraceId.ToHexString() ?? "none";
}
