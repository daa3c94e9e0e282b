using System.CommandLine;
using System.Text.Json.Nodes;
using FLTS.Host.Hosting;

namespace FLTS.Host.Cli;

/// <summary><c>reset</c>: the clean slate. Removes what was made of datasets, and keeps these.</summary>
internal static class ResetCommand
{
    private static readonly Option<string?> _identifier =
        new("--identifier") { Description = "Of this identifier alone (default: of all)." };
    private static readonly Option<bool> _yes = new("--yes") { Description = "Do it; without, only what would be removed is said." };
    private static readonly Option<string?> _data = new("--data") { Description = "Data folder (default ./data)." };
    private static readonly Option<string[]> _set = new("--set") { Description = "A setting, Section:Key=Value; may be repeated." };
    private static readonly Option<bool> _json = new("--json") { Description = "The result as JSON." };

    public static Command Create()
    {
        var command = new Command("reset", "Removes runs, promotions and artifacts; keeps source datasets. Not while a server runs.")
        {
            _identifier, _yes, _data, _set, _json,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        if (parsed.GetValue(_data) is { } data)
            settings["Data:Directory"] = data;
        CommandLine.AddSettings(settings, parsed.GetValue(_set) ?? []);
        var identifier = parsed.GetValue(_identifier) is { } name ? new Identifier(name) : (Identifier?)null;

        // Takes the lock of the data folder, which a server that runs there holds.
        await using var app = Server.Build(settings, jsonToConsole: false);
        var (host, reset) = (app.Services.GetRequiredService<HostSettings>(), app.Services.GetRequiredService<IReset>());
        foreach (var part in app.Services.GetServices<IPart>().Where(p => p.Name is "database" or "object_store"))
            await part.ProveAsync(cancellation);

        RefuseServed(app.Services, host);
        var counts = await reset.CountAsync(identifier, cancellation);
        if (parsed.GetValue(_yes))
            RemoveFiles(host.DataDirectory, identifier is null, await reset.RemoveAsync(identifier, cancellation));

        Write(parsed, identifier, counts);
        return 0;
    }

    /// <summary>Where processes share a database, those that serve queues say so in it.</summary>
    private static void RefuseServed(IServiceProvider services, HostSettings host)
    {
        var recently = services.GetRequiredService<TimeProvider>().GetUtcNow().AddMinutes(-1);
        var servers = services.GetRequiredService<IQueueServers>();
        if (host.JobsInPostgres && host.Modules.Any(m => m.Queue is { } queue && servers.LastServed(queue.Name) > recently))
            throw new ConflictException("A server works on this database, or did within the last minute: stop all of them first.");
    }

    /// <summary>What this machine keeps of runs beside the store; a cache is only slower to fill.</summary>
    private static void RemoveFiles(string data, bool ofAll, IReadOnlyList<RunId> runs)
    {
        var staging = Path.Combine(data, "staging");
        string[] folders = [Path.Combine(data, "cache"), .. ofAll ? [staging] : runs.Select(r => Path.Combine(staging, r.Value))];
        foreach (var folder in folders.Where(Directory.Exists))
            Directory.Delete(folder, recursive: true);
    }

    private static void Write(ParseResult parsed, Identifier? identifier, IReadOnlyDictionary<string, int> counts)
    {
        var done = parsed.GetValue(_yes);
        if (parsed.GetValue(_json))
        {
            var removed = new JsonObject(counts.Select(c =>
                KeyValuePair.Create(c.Key.Replace(' ', '_'), (JsonNode?)JsonValue.Create(c.Value))));
            Console.WriteLine(new JsonObject { ["identifier"] = identifier?.Value, ["done"] = done, ["removed"] = removed }.ToJsonString());
            return;
        }

        var what = string.Join(", ", counts.Select(c => $"{c.Value} {c.Key}"));
        var whose = identifier is { } one ? $" of '{one}'" : "";
        Console.WriteLine(done
            ? $"Removed{whose}: {what}. Source datasets are as they were."
            : $"Would remove{whose}: {what}, with their artifacts. Source datasets stay. Say --yes to do it; it cannot be undone.");
    }
}
