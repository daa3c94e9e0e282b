using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace FLTS.Host.Cli;

/// <summary>Shows a pipeline's way to its end: a live table on a terminal, a line a change elsewhere.</summary>
internal static class PipelineFollower
{
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(300);
    private static readonly string[] _ended = ["promoted", "kept_champion", "below_baseline", "superseded", "cancelled", "failed"];

    public static bool HasEnded(string status) => _ended.Contains(status);

    /// <param name="api">The server.</param>
    /// <param name="pipelineId">What to follow.</param>
    /// <param name="limit">Ends the watching (time is over).</param>
    /// <param name="cancellation">Ends the process.</param>
    /// <returns>Exit code: 0 promoted or kept, 2 failed, 3 still blocked, 4 below baseline.</returns>
    public static async Task<int> FollowAsync(ApiClient api, string pipelineId, CancellationToken limit, CancellationToken cancellation)
    {
        JsonObject state = [];
        try
        {
            if (Console.IsOutputRedirected)
            {
                await PlainAsync(api, pipelineId, s => state = s, limit);
            }
            else
            {
                await AnsiConsole.Live(new Table()).StartAsync(async live =>
                {
                    do
                    {
                        state = await api.GetAsync($"/pipelines/{pipelineId}", limit);
                        live.UpdateTarget(Table(state));
                        await Task.Delay(_interval, limit);
                    }
                    while (!HasEnded(Status(state)));
                });
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            Console.WriteLine($"The pipeline is still {Status(state)}{Waiting(state)}.");
            return 3;
        }

        return await EndAsync(api, state, cancellation);
    }

    private static async Task PlainAsync(ApiClient api, string pipelineId, Action<JsonObject> seen, CancellationToken cancellation)
    {
        var said = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            var state = await api.GetAsync($"/pipelines/{pipelineId}", cancellation);
            seen(state);
            foreach (var line in Lines(state).Where(said.Add))
                Console.WriteLine(line);

            if (HasEnded(Status(state)))
                return;

            await Task.Delay(_interval, cancellation);
        }
    }

    private static IEnumerable<string> Lines(JsonObject state)
    {
        yield return $"pipeline {state["pipeline_id"]!.GetValue<string>()[..12]} of {state["identifier"]} (config {state["config_hash"]!.GetValue<string>()[..8]})";
        foreach (var warning in state["warnings"]!.AsArray())
            yield return $"  warning: {warning}";

        foreach (var stage in state["stages"]!.AsArray().Where(s => s!["status"]!.GetValue<string>() != "waiting"))
            yield return $"  {stage!["name"]}: {stage["status"]}{Seconds(stage)}";

        foreach (var run in state["runs"]!.AsArray().Where(r => r!["status"]!.GetValue<string>() != "queued"))
            yield return $"    {run!["model_type"],-8} {Progress(run)}{(run["eta_seconds"] is { } eta ? $", {Number(eta, "0")} s to go" : "")}";

        if (Waiting(state) is { Length: > 0 } waiting)
            yield return $"  {waiting[2..]}";
    }

    private static string Progress(JsonNode run) =>
        run["status"]!.GetValue<string>()
        + (run["epoch"] is { } epoch && run["epochs"] is { } epochs && run["status"]!.GetValue<string>() == "running" ? $" {epoch}/{epochs}" : "")
        + (run["train_loss"] is { } loss ? $", loss {Number(loss, "0.000000")}" : "")
        + (run["val_loss"] is { } validation ? $", validation {Number(validation, "0.000000")}" : "")
        + (run["error"] is { } error ? $": {error}" : "");

    private static Table Table(JsonObject state)
    {
        var table = new Table().Title($"{state["identifier"]}: {Status(state)}{Waiting(state)}".EscapeMarkup()).AddColumns("", "state", "progress", "to go");
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

    private static async Task<int> EndAsync(ApiClient api, JsonObject state, CancellationToken cancellation)
    {
        var status = Status(state);
        Console.WriteLine($"{status}{Reason(state)} after {(Time(state["ended_at"]) - Time(state["created_at"])).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s");
        if (state["attempt"]?["missing"] is JsonArray { Count: > 0 } missing)
            Console.WriteLine($"missing: {string.Join("; ", missing.Select(m => $"{m!["model_type"]} ({m["reason"]})"))}");

        if (state["attempt"]?["scoreboard_id"] is not null)
            Scoreboard.Write(await api.GetAsync($"/scoreboards/{state["pipeline_id"]}", cancellation));

        return status switch
        {
            "promoted" or "kept_champion" => 0,
            "below_baseline" => 4,
            _ => 2,
        };
    }

    private static string Status(JsonObject state) => state["status"]?.GetValue<string>() ?? "unknown";

    private static string Reason(JsonObject state) => (state["attempt"]?["reason"] ?? state["error"]) is { } reason ? $" ({reason})" : "";

    private static string Waiting(JsonObject state) => state["waiting_for"] is { } waiting ? $", waiting for {waiting["reason"]}" : "";

    private static string Seconds(JsonNode stage) =>
        stage["started_at"] is { } start && stage["ended_at"] is { } end ? $" in {(Time(end) - Time(start)).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s" : "";

    private static DateTimeOffset Time(JsonNode? node) => node?.GetValue<DateTimeOffset>() ?? default;

    private static string Number(JsonNode node, string format) => node.GetValue<double>().ToString(format, CultureInfo.InvariantCulture);
}
