using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Npgsql;

namespace FLTS.Tests.Upgrade;

/// <summary>A request that the version before was asked, and what it answered; of a list all pages.</summary>
internal sealed record Recorded(
    string Name, string Method, string Path, IReadOnlyDictionary<string, string> Headers, JsonNode? Body, int Status, JsonNode Answer);

/// <summary>Work that the version before was killed over.</summary>
internal sealed record Unfinished(string Identifier, string PipelineId, string RunId);

/// <summary>
/// What the version before wrote (<c>Fixtures/README.md</c>): a data folder, where it ran on PostgreSQL a dump, and its own answers.
/// </summary>
internal sealed class Before
{
    private readonly string _database;
    private readonly JsonObject _told;

    private Before(string database)
    {
        _database = database;
        using var file = Open($"{database}.json.gz");
        _told = JsonNode.Parse(file)!.AsObject();
        Requests = [.. _told["requests"]!.AsArray().Select(r => r!.AsObject()).Select(Read)];
        Identifiers = List("/pipelines").Concat(List("/champions")).Select(i => i["identifier"]!.GetValue<string>()).ToHashSet();
    }

    /// <summary>In the order in which they were asked.</summary>
    public IReadOnlyList<Recorded> Requests { get; }

    /// <summary>Of everything that had ended; what was unfinished has others.</summary>
    public IReadOnlySet<string> Identifiers { get; }

    /// <summary>What <c>POST /predict</c> answered while versions 1, 2, ... of <c>history</c> were in force.</summary>
    public IReadOnlyList<JsonObject> History => [.. _told["served_before"]!.AsArray().Select(a => a!.AsObject())];

    /// <param name="database"><c>sqlite</c> or <c>postgres</c>.</param>
    public static Before Read(string database) => new(database);

    /// <param name="how"><c>running</c>, <c>queued</c>, <c>storing</c> or <c>blocked</c>.</param>
    public Unfinished Unfinished(string how)
    {
        var left = _told["unfinished"]![how]!;
        return new Unfinished(
            left["identifier"]!.GetValue<string>(),
            left["pipeline_id"]!.GetValue<string>(),
            left["run_id"]!.GetValue<string>());
    }

    /// <summary>Items of a recorded list.</summary>
    public IReadOnlyList<JsonObject> List(string path) =>
        [.. Requests.Single(r => r.Name == "list" && r.Path.Split('?')[0] == path).Answer.AsArray().Select(i => i!.AsObject())];

    /// <summary>The data folder as it was left.</summary>
    public void UnpackTo(string folder)
    {
        Directory.CreateDirectory(folder);
        using var archive = Open($"{_database}.tar.gz");
        TarFile.ExtractToDirectory(archive, folder, overwriteFiles: false);
    }

    /// <summary>The dump, into an empty database.</summary>
    public static async Task RestoreAsync(string connection)
    {
        await using var file = Open("postgres.sql.gz");
        using var text = new StreamReader(file);
        // Not pooled: the dump leaves settings of the session behind.
        await using var open = new NpgsqlConnection($"{connection};Pooling=false");
        await open.OpenAsync();
        await using var command = new NpgsqlCommand(await text.ReadToEndAsync(), open) { CommandTimeout = 120 };
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>
    /// SHA-256 of every file below a folder; what the kill left half-written (<c>~</c>) is no object and may be swept away.
    /// </summary>
    public static IReadOnlyDictionary<string, string> HashesOf(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(f => !f.EndsWith('~'))
            .ToDictionary(f => Path.GetRelativePath(folder, f), f => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(f))));

    private static GZipStream Open(string name) =>
        new(File.OpenRead(Path.Combine(Repository.Root, "FLTS.Tests", "Upgrade", "Fixtures", name)), CompressionMode.Decompress);

    private static Recorded Read(JsonObject request) => new(
        request["name"]!.GetValue<string>(),
        request["method"]!.GetValue<string>(),
        request["path"]!.GetValue<string>(),
        request["headers"]!.AsObject().ToDictionary(h => h.Key, h => h.Value!.GetValue<string>()),
        request["body"],
        request["status"]!.GetValue<int>(),
        request["answer"]!);
}
