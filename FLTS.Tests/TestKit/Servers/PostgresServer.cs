using System.Globalization;
using Npgsql;

namespace FLTS.Tests.TestKit.Servers;

/// <summary>A private PostgreSQL on 127.0.0.1, user <c>postgres</c>, without a password. Data survives <see cref="StopAsync"/>.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private const string Package = "postgresql";
    private readonly ServerFolder _folder;
    private readonly string _bin;
    private ServerProcess? _process;

    private PostgresServer(ServerFolder folder, string bin) => (_folder, _bin) = (folder, bin);

    public int Port { get; } = FreePort.Next();

    /// <summary>Of the database <c>postgres</c>; tests take one of their own from <see cref="CreateDatabaseAsync"/>.</summary>
    public string ConnectionString => ConnectionStringOf("postgres");

    /// <summary>One second.</summary>
    public static async Task<PostgresServer> StartNewAsync()
    {
        ServersCategory.Require("PostgreSQL");
        var server = new PostgresServer(new ServerFolder("postgres"), FindBin());
        try
        {
            var data = server._folder.CreateSubfolder("data");
            // PostgreSQL refuses to run as root.
            if (Programs.IsRoot)
                await ServerProcess.RunAsync("chown", ["-R", "postgres:postgres", server._folder.Path]);
            var (program, arguments) = server.AsPostgres("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync");
            await ServerProcess.RunAsync(program, arguments);
            await server.StartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>A fresh database; returns its connection string.</summary>
    /// <param name="like">The connection string of the one it is a copy of, to which nobody is connected; null: an empty one.</param>
    public async Task<string> CreateDatabaseAsync(string? like = null)
    {
        var name = $"test_{Guid.NewGuid():N}";
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        var template = like is null ? "template1" : new NpgsqlConnectionStringBuilder(like).Database;
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name} TEMPLATE {template}", connection);
        await command.ExecuteNonQueryAsync();
        return ConnectionStringOf(name);
    }

    public async Task StartAsync()
    {
        if (_process is { IsRunning: true })
            return;
        var port = Port.ToString(CultureInfo.InvariantCulture);
        var (program, arguments) = AsPostgres(
            "postgres", "-D", _folder["data"], "-p", port, "-c", "listen_addresses=127.0.0.1", "-c",
            $"unix_socket_directories={_folder.Path}",
            // Nothing here must survive a power cut; everything must survive a killed server, and does.
            // Every test has a database of its own, and its pool keeps connections for minutes.
            "-c", "fsync=off", "-c", "max_connections=1000");
        _process = ServerProcess.Start(_folder["postgres.log"], program, arguments);
        await _process.WaitUntilAsync("PostgreSQL", async () =>
        {
            await using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
            await connection.OpenAsync();
        });
    }

    /// <summary>Stops at once, as a crash would (<c>immediate</c>).</summary>
    public async Task StopAsync()
    {
        // SIGQUIT lets it release its shared memory, which a SIGKILL would leak.
        var pidFile = Path.Combine(_folder["data"], "postmaster.pid");
        if (_process is { IsRunning: true } && File.Exists(pidFile))
        {
            Native.Signal(int.Parse(File.ReadLines(pidFile).First(), CultureInfo.InvariantCulture), Native.SigQuit);
            for (var waits = 0; _process.IsRunning && waits < 100; waits++)
                await Task.Delay(50);
        }

        _process?.Dispose();
        _process = null;
        // What idle connections of the pool would report only at their next use.
        NpgsqlConnection.ClearAllPools();
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Dispose();
    }

    private string ConnectionStringOf(string database) => $"Host=127.0.0.1;Port={Port};Username=postgres;Database={database}";

    private (string Program, IEnumerable<string> Arguments) AsPostgres(string program, params string[] arguments)
    {
        var path = Path.Combine(_bin, program);
        return Programs.IsRoot
            ? ("setpriv", ["--reuid", "postgres", "--regid", "postgres", "--init-groups", "--", path, .. arguments])
            : (path, arguments);
    }

    private static string FindBin()
    {
        // Debian keeps these programs off the PATH, a folder a version.
        var versions = Directory.Exists("/usr/lib/postgresql")
            ? Directory.EnumerateDirectories("/usr/lib/postgresql")
                .OrderByDescending(folder => Version(folder))
                .Select(folder => Path.Combine(folder, "bin"))
            : [];
        return versions.FirstOrDefault(bin => File.Exists(Path.Combine(bin, "initdb")))
            ?? Path.GetDirectoryName(Programs.Find("initdb", Package))!;
    }

    private static int Version(string folder) =>
        int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : 0;
}
