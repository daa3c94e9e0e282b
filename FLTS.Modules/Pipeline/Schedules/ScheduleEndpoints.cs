using System.Text.Json;
using FLTS.Modules.Pipeline.Bodies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace FLTS.Modules.Pipeline.Schedules;

/// <summary><c>/schedules</c>.</summary>
internal static class ScheduleEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/schedules").WithTags("Schedules");
        group.MapGet("", List)
            .WithName("ListSchedules")
            .WithSummary("Schedules by name, without their fires.")
            .RequireRole(Roles.Read)
            .ProducesProblem(422)
            .WithExample(new Page<ScheduleView>([ScheduleExamples.View with { Fires = null }], null));
        group.MapPut("/{name}", Put)
            .WithName("PutSchedule")
            .WithSummary(
                "Starts a pipeline again and again: 'pipeline' is posted as to POST /pipelines whenever 'cron' (five fields) is due on the "
                + "clock of 'zone' (default UTC), put off within 'jitter_seconds' (default 0); while the last one is unfinished, 'overlap' "
                + "decides (skip, the default, or allow). Put again, it is replaced, and goes on where it was paused.")
            .RequireRole(Roles.Train)
            .Accepts<JsonElement>("application/json")
            .WithShapes(body: typeof(ScheduleBody))
            .ProducesProblem(404).ProducesProblem(409).ProducesProblem(422)
            .WithRequestExample(ScheduleExamples.Request)
            .WithExample(ScheduleExamples.View)
            .WithExample(ScheduleExamples.View with { Fires = [] }, 201);
        group.MapGet("/{name}", Get)
            .WithName("GetSchedule")
            .WithSummary("A schedule: when it is due next, whether it is paused, and its newest fires ('limit', default 50), newest first.")
            .RequireRole(Roles.Read)
            .ProducesProblem(404).ProducesProblem(422)
            .WithExample(ScheduleExamples.View);
        group.MapDelete("/{name}", Delete)
            .WithName("DeleteSchedule")
            .WithSummary("Removes a schedule and its fires; what they started stays. One of the settings is removed there.")
            .RequireRole(Roles.Train)
            .ProducesProblem(404).ProducesProblem(409);
        group.MapPost("/{name}/fire", Fire)
            .WithName("FireSchedule")
            .WithSummary("Starts its pipeline now, also where it is paused; its clock goes on as it was.")
            .RequireRole(Roles.Train)
            .ProducesProblem(404)
            .WithExample(ScheduleExamples.Fire with { ByHand = true }, 202);
        group.MapPost("/{name}/resume", Resume)
            .WithName("ResumeSchedule")
            .WithSummary("Lets a paused schedule go on from now; one that is not paused stays as it is.")
            .RequireRole(Roles.Train)
            .ProducesProblem(404)
            .WithExample(ScheduleExamples.View);
        group.MapGet("/{name}/next", Next)
            .WithName("ListDueTimes")
            .WithSummary("The next due times ('count', 1 to 1000, default 10) on the clock of the zone, and when each is started.")
            .RequireRole(Roles.Read)
            .ProducesProblem(404).ProducesProblem(422)
            .WithExample(new Page<DueTimeView>([ScheduleExamples.Next], null));
    }

    private static async Task<Ok<Page<ScheduleView>>> List(
        ScheduleService service, int? limit, string? cursor, CancellationToken cancellation) =>
        TypedResults.Ok(await service.ListAsync(Cursor.Limit(limit), cursor, cancellation));

    private static async Task<Results<Ok<ScheduleView>, Created<ScheduleView>>> Put(
        ScheduleName name, JsonElement body, ScheduleService service, CancellationToken cancellation)
    {
        var (view, isNew) = await service.PutAsync(name, body, cancellation);
        return isNew ? TypedResults.Created($"/schedules/{view.Name}", view) : TypedResults.Ok(view);
    }

    private static async Task<Ok<ScheduleView>> Get(
        ScheduleName name, int? limit, ScheduleService service, CancellationToken cancellation) =>
        TypedResults.Ok(await service.GetAsync(name, Cursor.Limit(limit), cancellation));

    private static async Task<NoContent> Delete(ScheduleName name, ScheduleService service, CancellationToken cancellation)
    {
        await service.DeleteAsync(name, cancellation);
        return TypedResults.NoContent();
    }

    private static async Task<Accepted<FireView>> Fire(ScheduleName name, ScheduleService service, CancellationToken cancellation)
    {
        var fire = await service.FireAsync(name, cancellation);
        return TypedResults.Accepted($"/schedules/{name}", fire);
    }

    private static async Task<Ok<ScheduleView>> Resume(ScheduleName name, ScheduleService service, CancellationToken cancellation) =>
        TypedResults.Ok(await service.ResumeAsync(name, cancellation));

    private static async Task<Ok<Page<DueTimeView>>> Next(
        ScheduleName name, int? count, ScheduleService service, CancellationToken cancellation) =>
        TypedResults.Ok(await service.NextAsync(name, count, cancellation));
}
