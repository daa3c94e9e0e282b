using System.Globalization;
using System.Text.Json.Nodes;

namespace FLTS.Host.Cli;

/// <summary>A served station as a replay drives it: by the API, as measurements would come.</summary>
internal sealed class ReplayStation(ApiClient api, string name, ReplayRows rows, Screen screen)
{
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan _settled = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _round = TimeSpan.FromMilliseconds(100);

    /// <summary>What may pass (a database that is away or locked) is tried again within a minute, the impossible after an hour.</summary>
    private static readonly TimeSpan _soon = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Monitoring begins where it first sees a champion: rows that come before that are no part of what is scored live.
    /// </summary>
    /// <param name="pipeline">Body of <c>POST /pipelines</c> beside the dataset's name, where a pipeline is needed.</param>
    /// <param name="promoted">Types of its models that are promoted by hand, in this order.</param>
    /// <param name="shadow">Type of its model that is put beside the champion; null: none.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>The run in force.</returns>
    public async Task<string> ReadyAsync(
        JsonObject pipeline, IReadOnlyList<string> promoted, string? shadow, CancellationToken cancellation)
    {
        if (await ChampionAsync(cancellation) is { } there)
        {
            screen.Line($"'{name}' has a champion already, run {there}: it is driven on.");
            return there;
        }

        await api.PutCsvAsync($"/datasets/{name}", rows.Csv(Enumerable.Range(0, rows.First)), cancellation);
        screen.Line($"{rows.First} rows up to {ReplayRows.Show(rows.Time(rows.First - 1))} are the dataset '{name}'.");
        pipeline["dataset"] = name;
        var started = await api.PostAsync("/pipelines", pipeline, cancellation);
        var id = started["pipeline_id"]!.GetValue<string>();
        var followed = await new PipelineFollower(api, screen).FollowAsync(id, cancellation, cancellation);
        var runs = followed.Pipeline["runs"]!.AsArray().ToDictionary(r => r!["model_type"]!.ToString(), r => r!["run_id"]!.ToString());
        foreach (var type in promoted)
        {
            await api.PostAsync(
                "/promote",
                new JsonObject { ["run_ids"] = new JsonArray(RunOf(type)), ["force"] = true, ["reason"] = "replay" },
                cancellation);
        }

        if (shadow is not null)
            await api.PostAsync($"/runs/{RunOf(shadow)}/shadow", [], cancellation);
        return await ChampionAsync(cancellation)
            ?? throw new InvalidInputException($"The pipeline ended without a champion for '{name}': there is nothing to be scored.");

        string RunOf(string type) => runs.TryGetValue(type, out var run)
            ? run
            : throw new InvalidInputException($"The pipeline has no {type}; it trained {string.Join(", ", runs.Keys)}.");
    }

    /// <summary>Sends the rows from T on.</summary>
    /// <param name="speed">Times as fast as the rows came; null: as fast as they are scored.</param>
    /// <param name="atOnce">Then: a span of rows that is sent at once.</param>
    /// <param name="clock">Set to when each of them came; null: the server's clock is its own.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task SendAsync(double? speed, TimeSpan atOnce, ReplayClock? clock, CancellationToken cancellation)
    {
        DateTime? last = null;
        foreach (var some in rows.Deliveries(speed is { } fast ? _round * fast : atOnce))
        {
            last = rows.Time(some[^1]);
            clock?.Reach(rows.Comes(some[^1]));
            await api.PostCsvAsync($"/datasets/{name}/rows", rows.Csv(some), cancellation);
            if (speed is { } times)
                await Task.Delay(some.Length * rows.Step / times, cancellation);
            else
                await ScoredAsync(last.Value, clock ?? TimeProvider.System, cancellation);
        }

        if (last is { } end)
            await ScoredAsync(end, clock ?? TimeProvider.System, cancellation);
    }

    /// <summary>What ends the waiting for rows to be scored; null: nothing, or what the server tries again soon.</summary>
    /// <param name="live">As the API tells it.</param>
    /// <param name="now">On the server's clock.</param>
    public static string? EndOf(JsonObject live, DateTimeOffset now) =>
        live["error"]?.GetValue<string>() is { } error && !(live["next_try"]?.GetValue<DateTimeOffset>() < now + _soon) ? error : null;

    /// <summary>What is known of its forecasts, hour by hour.</summary>
    public Task<JsonObject> LiveAsync(int lead, CancellationToken cancellation) => api.GetAsync(
        $"/live/{name}?lead={lead}&from={ReplayRows.Show(rows.Time(rows.First))}&to={ReplayRows.Show(rows.Time(rows.End - 1))}",
        cancellation);

    /// <summary>What was noticed and done, oldest first; asked for until nothing comes any more: a look follows the scoring.</summary>
    public async Task<JsonArray> DriftAsync(CancellationToken cancellation)
    {
        var (found, asked) = (new JsonArray(), false);
        while (true)
        {
            var items = (await api.GetAsync($"/drift?identifier={name}&limit=500", cancellation))["items"]!.AsArray();
            JsonArray now = [.. items.OrderBy(i => i!["ts"]!.ToString(), StringComparer.Ordinal).Select(i => i!.DeepClone())];
            if (asked && JsonNode.DeepEquals(now, found))
                return now;
            (found, asked) = (now, true);
            await Task.Delay(_settled, cancellation);
        }
    }

    private async Task ScoredAsync(DateTime last, TimeProvider clock, CancellationToken cancellation)
    {
        while (true)
        {
            var live = await api.GetAsync($"/live/{name}?from={ReplayRows.Show(last)}", cancellation);
            if (EndOf(live, clock.GetUtcNow()) is { } error)
                throw new InvalidInputException($"'{name}' is scored no more: {error}");
            if (live["scored_to"]?.GetValue<string>() is { } to && Plain(to) >= last)
                return;
            await Task.Delay(_look, cancellation);
        }
    }

    private static DateTime Plain(string text) =>
        DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind | DateTimeStyles.NoCurrentDateDefault);

    private async Task<string?> ChampionAsync(CancellationToken cancellation) =>
        (await api.FindAsync($"/champions/{name}", cancellation))?["in_force"]?["run_id"]?.ToString();
}
