using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using FLTS.Modules.Page.Settings;
using FLTS.Modules.Registry.Changes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace FLTS.Modules.Page.Events;

/// <summary>That something changed; what it is now, whoever cares asks for.</summary>
/// <param name="Kind"><c>pipeline</c>, <c>run</c>, <c>champion</c>, <c>live</c>, <c>drift</c>, <c>shadow</c> or <c>dataset</c>.</param>
/// <param name="Id">Of a pipeline or run; the identifier of a station; the name of a dataset.</param>
/// <param name="Revision">Another text whenever it changed; null: it was removed, or the event is a heartbeat or the end.</param>
internal sealed record ChangeView(string Kind, string Id, string? Revision);

/// <summary><c>/events</c>.</summary>
internal sealed class EventEndpoints(
    ChangeFeed feed, ICallers callers, PageOptions options, IHostApplicationLifetime lifetime, TimeProvider time)
{
    /// <summary>How often a connection looks whether its key or session still counts.</summary>
    private static readonly TimeSpan _recheck = TimeSpan.FromSeconds(3);

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/events", Listen)
        .WithTags("Events")
        .WithName("ListenToChanges")
        .WithSummary(
            "Server-sent events: 'change' tells kind, id and revision of what changed from now on, in whichever process; 'heartbeat' that "
            + "nothing did; 'end' that the key or session has ended. A key may have so many connections.")
        .RequireRole(Roles.Read)
        .ProducesProblem(429)
        .WithExample("event: change\ndata: {\"kind\":\"champion\",\"id\":\"PobleSec\",\"revision\":\"4\"}\n\n");

    private static ServerSentEventsResult<ChangeView> Listen(
        HttpContext context, Listeners listeners, EventEndpoints events)
    {
        var whose = Caller.Of(context)?.Id ?? $"address {context.Connection.RemoteIpAddress}";
        context.Response.RegisterForDispose(listeners.Enter(whose));
        context.Response.Headers["X-Accel-Buffering"] = "no"; // A proxy in front passes each on as it comes.
        return TypedResults.ServerSentEvents(events.ChangesAsync(context, context.RequestAborted));
    }

    private async IAsyncEnumerable<SseItem<ChangeView>> ChangesAsync(
        HttpContext context, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellation, lifetime.ApplicationStopping);
        var (told, checkedAt) = (time.GetTimestamp(), time.GetTimestamp());
        var seen = await NewestAsync(stopping.Token);
        yield return Sign("heartbeat"); // It is heard from here on: what changed before is on the page that is asked for now.
        while (await WaitAsync(stopping.Token))
        {
            if (time.GetElapsedTime(checkedAt) >= _recheck)
            {
                checkedAt = time.GetTimestamp();
                if (await HasEndedAsync(context, stopping.Token))
                {
                    yield return Sign("end");
                    yield break;
                }
            }

            var newest = await NewestAsync(stopping.Token);
            foreach (var change in newest is null || seen is null ? [] : newest.Since(seen))
            {
                told = time.GetTimestamp();
                yield return new(new(SnakeCase.Of(change.Kind), change.Id, change.Revision), "change");
            }

            seen = newest ?? seen;
            if (time.GetElapsedTime(told).TotalSeconds >= options.HeartbeatSeconds)
            {
                told = time.GetTimestamp();
                yield return Sign("heartbeat");
            }
        }
    }

    private static SseItem<ChangeView> Sign(string kind) => new(new(kind, "", null), kind);

    /// <returns>False: nobody listens any more, or this process ends.</returns>
    private async Task<bool> WaitAsync(CancellationToken cancellation)
    {
        try
        {
            var interval = Math.Min(ChangeFeed.Interval.TotalSeconds, options.HeartbeatSeconds);
            await Task.Delay(TimeSpan.FromSeconds(interval), time, cancellation);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task<Revisions?> NewestAsync(CancellationToken cancellation)
    {
        try
        {
            return await feed.NewestAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            return null; // The next wait says so.
        }
    }

    /// <summary>Who was let in without a key, on loopback, is not looked at again.</summary>
    private async Task<bool> HasEndedAsync(HttpContext context, CancellationToken cancellation)
    {
        if (Caller.Of(context) is not { } caller)
            return false;

        try
        {
            var found = caller.SessionEndsAt is null && context.Request.Headers["X-Api-Key"] is [{ } key, ..]
                ? await callers.OfKeyAsync(key, cancellation)
                : await callers.OfSessionAsync(context.Request, cancellation);
            return found.Caller?.May(Roles.Read) != true;
        }
        catch (Exception e) when (e is UnavailableException or OperationCanceledException)
        {
            return false; // It is asked again.
        }
    }
}
