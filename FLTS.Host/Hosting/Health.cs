namespace FLTS.Host.Hosting;

/// <summary>
/// <c>/healthz</c>: the process lives. <c>/readyz</c>: it can do its work. <c>/predict_ping</c> and <c>/ready</c> are what the system that
/// this one replaces calls the same.
/// </summary>
internal static class Health
{
    public static void MapFltsHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz", (IEnumerable<IServingState> serving) => TypedResults.Ok(Liveness.Of("ok", serving)))
            .WithName("GetHealth").WithTags("Health").WithSummary("The process lives; whether it has a model, and how many forecasts wait.")
            .WithExample(new Liveness("ok", true, 0))
            .RequireRole(Roles.Open).WithCallsOf(CallKind.Watch);
        routes.MapGet("/predict_ping", Ping)
            .WithName("PingForecasts").WithTags("Health").WithSummary("Forecasts are answered: a model is loaded.")
            .Produces<Liveness>().Produces<Liveness>(503)
            .WithExample(new Liveness("ok", true, 0))
            .WithExample(new Liveness("no model loaded", false, 0), 503)
            .RequireRole(Roles.Open).WithCallsOf(CallKind.Watch);
        MapReady(routes, "/readyz", "GetReadiness");
        MapReady(routes, "/ready", "GetReady");
    }

    private static void MapReady(IEndpointRouteBuilder routes, string path, string name) =>
        routes.MapGet(path, ReadyAsync)
            .WithName(name).WithTags("Health").WithSummary("Each part with its state; 503 only if this process cannot do its work.")
            .Produces<Readiness>().Produces<Readiness>(503)
            .WithExample(new Readiness("ok", new Dictionary<string, PartState> { ["database"] = new("ok", null) }, []))
            .WithExample(
                new Readiness(
                    "unavailable",
                    new Dictionary<string, PartState> { ["object_store"] = new("unavailable", "The object store refuses.") },
                    []),
                503)
            .RequireRole(Roles.Open).WithCallsOf(CallKind.Watch);

    private static IResult Ping(IEnumerable<IServingState> serving) => serving.Any(s => s.Loaded > 0)
        ? Results.Ok(Liveness.Of("ok", serving))
        : Results.Json(Liveness.Of("no model loaded", serving), statusCode: 503);

    private static async Task<IResult> ReadyAsync(
        HttpContext context, StartupGate gate, PartStates parts, IEnumerable<IServingState> serving, CancellationToken cancellation)
    {
        var states = new Dictionary<string, PartState>(await parts.CheckAsync(cancellation));
        var refused = serving.SelectMany(s => s.Refused).Select(r => $"{r.Key}: {r.Value}").ToList();
        if (refused.Count > 0)
            states["models"] = new PartState("unavailable", string.Join("; ", refused));

        if (!Security.IsKnown(context))
            states = states.ToDictionary(s => s.Key, s => s.Value with { Reason = null }); // They name hosts and folders.

        var works = gate.IsOpen && states.All(s => s.Value.State == "ok" || parts.IsDispensable(s.Key));
        var ready = Judge(states, works, [.. serving]);
        return ready.Status is "ok" or "degraded" ? Results.Ok(ready) : Results.Json(ready, statusCode: 503);
    }

    /// <summary>
    /// What is said of the whole. Who was once called ready is not taken back for a model that is still being loaded: as long as nobody
    /// has looked for one, the process is not ready.
    /// </summary>
    /// <param name="states">Of every part.</param>
    /// <param name="works">Whether the parts without which nothing can be done are there.</param>
    /// <param name="serving">What is served here, if this process serves.</param>
    internal static Readiness Judge(Dictionary<string, PartState> states, bool works, IReadOnlyCollection<IServingState> serving)
    {
        var away = states.Where(s => s.Value.State != "ok").Select(s => s.Key).ToList();
        var serves = serving.Any(s => s.Loaded > 0); // Answers without database and store: worth keeping in rotation.
        var missing = serves ? null
            : serving.Any(s => s.Promoted > 0) ? "no model loaded although one was promoted"
            : serving.Any(s => !s.Settled.IsCompleted) ? "models are being looked for"
            : null;
        var status = away.Count == 0 ? missing ?? "ok"
            : serves || (works && missing is null) ? "degraded"
            : "unavailable";
        return new Readiness(status, states, away);
    }
}
