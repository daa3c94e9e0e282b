using System.Diagnostics;

namespace FLTS.Modules.Kit;

/// <summary>
/// Traces of what is no part of a request: each attempt of a step, each wake and each fire of a schedule is a trace of its own, so that
/// none lasts for days, and linked with what it comes of. Nothing is made where nobody listens.
/// </summary>
public static class FltsTraces
{
    /// <summary>Where they are collected from, under the name that all telemetry bears.</summary>
    public static ActivitySource Source { get; } = new("FLTS");

    /// <summary>What goes on now, as a cause of what comes later; null: nothing, or nobody listens.</summary>
    public static ActivityContext? Here => Source.HasListeners() ? Activity.Current?.Context : null;

    /// <summary>Begins a trace, whatever else is going on.</summary>
    /// <param name="name">One of few: what it is about stands in its tags.</param>
    /// <param name="kind">How it comes to be.</param>
    /// <param name="causes">What it is linked with.</param>
    /// <returns>Disposing ends it; null where nobody listens, or it is none of the sample.</returns>
    public static Activity? Begin(string name, ActivityKind kind, IEnumerable<ActivityContext> causes)
    {
        if (!Source.HasListeners())
            return null;

        Activity.Current = null;
        return Source.StartActivity(name, kind, default(ActivityContext), links: causes.Select(c => new ActivityLink(c)));
    }
}
