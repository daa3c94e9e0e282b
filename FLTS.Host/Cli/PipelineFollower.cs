using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace FLTS.Host.Cli;

/// <summary>How a followed pipeline ended.</summary>
/// <param name="ExitCode">0 promoted or kept, 2 failed, 3 not ended in time, 4 below baseline.</param>
/// <param name="Pipeline">As the API tells it.</param>
/// <param name="Scoreboard">Null where there is none.</param>
internal sealed record FollowedPipeline(int ExitCode, JsonObject Pipeline, JsonObject? Scoreboard);

/// <summary>Shows a pipeline's way to its end: a live table on a terminal, a line a change elsewhere.</summary>
internal sealed class PipelineFollower(ApiClient api, Screen screen)
{
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(300);
    private static readonly string[] _ended = ["promoted", "kept_champion", "below_baseline", "superseded", "cancelled", "failed"];

    public static bool HasEnded(string status) => _ended.Contains(status);

    /// <param name="pipelineId">What to follow.</param>
    /// <param name="limit">Ends the watching (time is over).</param>
    /// <param name="cancellation">Ends the process.</param>
    public async Task<FollowedPipeline> FollowAsync(string pipelineId, CancellationToken limit, CancellationToken cancellation)
    {
        JsonObject state = [];
        try
        {
            if (screen.IsLive)
                await screen.Rich.Live(new Table())
                    .StartAsync(live => WatchAsync(pipelineId, s => live.UpdateTarget(Table(state = s)), limit));
            else
                await PlainAsync(pipelineId, s => state = s, limit);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            screen.Line($"The pipeline is still {Status(state)}{Waiting(state)}.");
            return new FollowedPipeline(3, state, null);
        }

        return await EndAsync(state, cancellation);
    }

    /// <summary>
    /// Shows every state until the end. An API that does not answer for a while (its database is away) is asked again: it
    /// is the server that must go on.
    /// </summary>
    private async Task WatchAsync(string pipelineId, Action<JsonObject> show, CancellationToken cancellation)
    {
        string? trouble = null;
        while (true)
        {
            try
            {
                var state = await api.GetAsync($"/pipelines/{pipelineId}", cancellation);
                show(state);
                if (HasEnded(Status(state)))
                    return;

                trouble = null;
            }
            catch (Exception e) when (e is InvalidInputException or HttpRequestException)
            {
                if (trouble != e.Message)
                    screen.Line($"  no answer, asked again: {trouble = e.Message}");
            }

            await Task.Delay(_interval, cancellation);
        }
    }

    private Task PlainAsync(string pipelineId, Action<JsonObject> seen, CancellationToken cancellation)
    {
        var said = new HashSet<string>(StringComparer.Ordinal);
        return WatchAsync(
            pipelineId,
            state =>
            {
                seen(state);
                foreach (var line in Lines(state).Where(said.Add))
                    screen.Line(line);
            },
            cancellation);
    }

    private static IEnumerable<string> Lines(JsonObject state)
    {
        yield return $"pipeline {state["pipeline_id"]!.GetValue<string>()[..12]} of {state["identifier"]} (config "
            + $"{state["config_hash"]!.GetValue<string>()[..8]})";
        foreach (var warning in state["warnings"]!.AsArray())
            yield return $"  warning: {warning}";

        foreach (var stage in state["stages"]!.AsArray().Where(s => s!["status"]!.GetValue<string>() != "waiting"))
            yield return $"  {stage!["name"]}: {stage["status"]}{Seconds(stage)}";

        foreach (var run in state["runs"]!.AsArray().Where(r => r!["status"]!.GetValue<string>() != "queued"))
            yield return $"    {run!["model_type"],-8} "
                + $"{Progress(run)}{(run["eta_seconds"] is { } eta ? $", {Number(eta, "0")} s to go" : "")}";

        if (Trouble(state) is { Length: > 0 } waiting)
            yield return $"  {waiting[2..]}";
    }

    private static string Progress(JsonNode run) =>
        run["status"]!.GetValue<string>()
        + (run["epoch"] is { } epoch && run["epochs"] is { } epochs && run["status"]!.GetValue<string>() == "running"
            ? $" {epoch}/{epochs}"
            : "")
        + (run["train_loss"] is { } loss ? $", loss {Number(loss, "0.000000")}" : "")
        + (run["val_loss"] is { } validation ? $", validation {Number(validation, "0.000000")}" : "")
        + (run["error"] is { } error ? $": {error}" : "");

    private static Table Table(JsonObject state)
    {
        var table = new Table()
            .Title($"{state["identifier"]}: {Status(state)}{Trouble(state)}".EscapeMarkup())
            .AddColumns("", "state", "progress", "to go");
        foreach (var stage in state["stages"]!.AsArray())
            table.AddRow(stage!["name"]!.ToString(), stage["status"]!.ToString(), Seconds(stage).Trim().EscapeMarkup(), "");

        foreach (var run in state["runs"]!.AsArray())
        {
            var (done, total) = (run!["epoch"]?.GetValue<int>() ?? 0, run["epochs"]?.GetValue<int>() ?? 0);
            table.AddRow(
                $"  {run["model_type"]}",
                run["status"]!.ToString(),
                (total > 0 ? $"{new string('#', 20 * done / total).PadRight(20, '.')} {Progress(run)}" : Progress(run)).EscapeMarkup(),
                run["eta_seconds"] is { } eta ? $"{Number(eta, "0")} s" : "");
        }

        return table;
    }

    private async Task<FollowedPipeline> EndAsync(JsonObject state, CancellationToken cancellation)
    {
        var status = Status(state);
        foreach (var warning in screen.IsLive ? state["warnings"]!.AsArray() : [])
            screen.Line($"warning: {warning}"); // Plain lines have said so already.

        screen.Line(
            $"{status}{Reason(state)} after "
            + $"{(Time(state["ended_at"]) - Time(state["created_at"])).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s");
        if (state["attempt"]?["missing"] is JsonArray { Count: > 0 } missing)
            screen.Line($"missing: {string.Join("; ", missing.Select(m => $"{m!["model_type"]} ({m["reason"]})"))}");

        JsonObject? board = null;
        if (state["attempt"]?["scoreboard_id"] is not null)
        {
            board = await api.GetAsync($"/scoreboards/{state["pipeline_id"]}", cancellation);
            Scoreboard.Write(screen.Rich, board);
        }

        var code = status switch
        {
            "promoted" or "kept_champion" => 0,
            "below_baseline" => 4,
            _ => 2,
        };
        return new FollowedPipeline(code, state, board);
    }

    private static string Status(JsonObject state) => state["status"]?.GetValue<string>() ?? "unknown";

    private static string Reason(JsonObject state) => (state["attempt"]?["reason"] ?? state["error"]) is { } reason ? $" ({reason})" : "";

    private static string Waiting(JsonObject state) => state["waiting_for"] is { } waiting ? $", waiting for {waiting["reason"]}" : "";

    /// <summary>What is waited for where something went wrong; the rows of the table show the rest.</summary>
    private static string Trouble(JsonObject state) => state["waiting_for"]?["next_try"] is null ? "" : Waiting(state);

    private static string Seconds(JsonNode stage) =>
        stage["started_at"] is { } start && stage["ended_at"] is { } end
            ? $" in {(Time(end) - Time(start)).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s"
            : "";

    private static DateTimeOffset Time(JsonNode? node) => node?.GetValue<DateTimeOffset>() ?? default;

    private static string Number(JsonNode node, string format) => node.GetValue<double>().ToString(format, CultureInfo.InvariantCulture);
}
