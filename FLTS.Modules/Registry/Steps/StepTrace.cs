using System.Collections.Concurrent;
using System.Diagnostics;

namespace FLTS.Modules.Registry.Steps;

/// <summary>An activity an execution of a step, so that there is always a trace id to name.</summary>
internal static class StepTrace
{
    private const int MostKept = 1000;

    /// <summary>The last attempt on each row in this process, while there are not too many.</summary>
    private static readonly ConcurrentDictionary<string, ActivityContext> _last = new(StringComparer.Ordinal);

    /// <summary>Inside the activity there is, or in a new one also where nobody listens.</summary>
    /// <returns>Disposing ends it; null where there was one and nobody listens.</returns>
    public static Activity? Start(string step) => FltsTraces.Source.StartActivity(step)
        ?? (Activity.Current is null ? new Activity(step).SetIdFormat(ActivityIdFormat.W3C).Start() : null);

    /// <summary>Of the activity that is going on; 32 hex digits.</summary>
    public static string Id => Activity.Current?.TraceId.ToHexString() ?? "none";

    /// <summary>An attempt begins: it is linked with the one before, and bears the ids that its lines of the log bear.</summary>
    public static void Begin(Activity? attempt, string step, string id, IEnumerable<KeyValuePair<string, object>> ids)
    {
        if (attempt is null || !FltsTraces.Source.HasListeners())
            return;

        foreach (var (name, value) in ids)
            attempt.SetTag(name, value.ToString());
        if (_last.Count >= MostKept)
            _last.Clear();
        if (_last.TryGetValue($"{step}/{id}", out var before))
            attempt.AddLink(new ActivityLink(before));
        _last[$"{step}/{id}"] = attempt.Context;
    }

    /// <summary>It did not come to the row's end.</summary>
    public static void Refuse(string reason) => Activity.Current?.SetStatus(ActivityStatusCode.Error, reason);
}
