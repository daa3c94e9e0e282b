using System.Globalization;
using Amazon.Runtime;
using Amazon.S3;

namespace FLTS.Tests.TestKit.Servers;

/// <summary>
/// A private S3 store on 127.0.0.1: Ceph's gateway on one monitor and one object daemon in memory.
/// <see cref="StopAsync"/> takes the gateway away and <see cref="StartAsync"/> brings it back with all objects.
/// </summary>
internal sealed class CephServer : IAsyncDisposable
{
    private const string Package = "radosgw ceph-mon ceph-osd ceph-common";
    private readonly ServerFolder _folder = new("ceph");
    private readonly int _monitorPort = FreePort.Next();
    private readonly int _port = FreePort.Next();
    private ServerProcess? _monitor;
    private ServerProcess? _storage;
    private ServerProcess? _gateway;

    private CephServer()
    {
    }

    public string Endpoint => $"http://127.0.0.1:{_port}";

    public string AccessKey { get; } = "flts-tests";

    public string SecretKey { get; } = "flts-tests-secret";

    private string Configuration => _folder["ceph.conf"];

    private string Keyring => _folder["keyring"];

    /// <summary>Ten to twenty seconds.</summary>
    public static async Task<CephServer> StartNewAsync()
    {
        ServersCategory.Require("Ceph");
        foreach (var program in (string[])["radosgw", "ceph-mon", "ceph-osd", "ceph-authtool"])
            Programs.Find(program, Package);
        var server = new CephServer();
        try
        {
            await server.CreateClusterAsync();
            await server.StartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>A client with the settings Ceph 16 needs; the caller disposes it.</summary>
    public AmazonS3Client CreateClient() => new(AccessKey, SecretKey, new AmazonS3Config
    {
        ServiceURL = Endpoint,
        ForcePathStyle = true,
        AuthenticationRegion = "us-east-1",
        // It knows none of the newer checksum trailers the SDK sends unasked.
        RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
        ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
    });

    public async Task StartAsync()
    {
        if (_gateway is { IsRunning: true })
            return;
        _gateway = Run("radosgw", "-n", "client.admin", "-f");
        using var client = CreateClient();
        // Signed, so that the user is known as well.
        await _gateway.WaitUntilAsync("Ceph's gateway", () => client.ListBucketsAsync());
    }

    /// <summary>Kills the gateway: connections are refused from now on.</summary>
    public Task StopAsync()
    {
        _gateway?.Dispose();
        _gateway = null;
        return Task.CompletedTask;
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        // The monitor last: the others wait for it when it goes first.
        await StopAsync();
        _storage?.Dispose();
        _monitor?.Dispose();
        _folder.Dispose();
    }

    private async Task CreateClusterAsync()
    {
        foreach (var name in (string[])["mon", "osd", "run", "crash"])
            _folder.CreateSubfolder(name);
        var cluster = Guid.NewGuid().ToString();
        var disk = Guid.NewGuid().ToString();
        _folder.Write("ceph.conf", Settings(cluster));

        await ServerProcess.RunAsync("ceph-authtool", ["--create-keyring", Keyring, "--gen-key", "-n", "mon.", "--cap", "mon", "allow *"]);
        await ServerProcess.RunAsync("ceph-authtool", [
            Keyring, "--gen-key", "-n", "client.admin", "--cap", "mon", "allow *", "--cap", "osd", "allow *", "--cap", "mgr", "allow *",
        ]);
        await ServerProcess.RunAsync(
            "ceph-authtool", [Keyring, "--gen-key", "-n", "osd.0", "--cap", "mon", "allow profile osd", "--cap", "osd", "allow *"]);
        await ServerProcess.RunAsync(
            "monmaptool", ["--create", "--addv", "a", $"[v2:127.0.0.1:{_monitorPort}]", "--fsid", cluster, _folder["monmap"]]);
        await ServerProcess.RunAsync(
            "ceph-mon", ["-c", Configuration, "--mkfs", "-i", "a", "--monmap", _folder["monmap"], "--keyring", Keyring]);
        _monitor = Run("ceph-mon", "-i", "a", "-f");

        await ServerProcess.RunAsync("ceph-osd", ["-c", Configuration, "-i", "0", "--mkfs", "--osd-uuid", disk, "--no-mon-config"]);
        await ServerProcess.RunAsync("ceph", ["-c", Configuration, "osd", "new", disk, "0"]);
        _storage = Run("ceph-osd", "-i", "0", "-f");
        await ServerProcess.RunAsync("radosgw-admin", [
            "-c", Configuration, "user", "create", "--uid", "flts", "--display-name", "flts", "--access-key", AccessKey, "--secret-key",
            SecretKey,
        ]);
    }

    private ServerProcess Run(string program, params string[] arguments) =>
        ServerProcess.Start(_folder[$"{program}.out"], program, ["-c", Configuration, .. arguments]);

    private string Settings(string cluster) => string.Create(CultureInfo.InvariantCulture, $"""
        [global]
        fsid = {cluster}
        mon host = [v2:127.0.0.1:{_monitorPort}]
        mon initial members = a
        public addr = 127.0.0.1
        cluster addr = 127.0.0.1
        ms bind msgr1 = false
        ms bind ipv6 = false
        auth cluster required = cephx
        auth service required = cephx
        auth client required = cephx
        keyring = {Keyring}
        run dir = {_folder["run"]}
        admin socket = {_folder["run"]}/$name.asok
        crash dir = {_folder["crash"]}
        log file = {_folder.Path}/$name.log
        pid file =
        mon data = {_folder["mon"]}
        mon data avail crit = 1
        mon data avail warn = 1
        mon allow pool size one = true
        mon max pg per osd = 1000
        # A pool's creation is a vote among one: no need to wait for others to join it.
        paxos propose interval = 0.05
        paxos min wait = 0.02
        osd data = {_folder["osd"]}
        osd objectstore = memstore
        memstore device bytes = 4294967296
        osd crush chooseleaf type = 0
        osd pool default size = 1
        osd pool default min size = 1
        osd pool default pg num = 1
        osd pool default pgp num = 1
        osd pool default pg autoscale mode = off
        rgw frontends = beast endpoint=127.0.0.1:{_port}
        rgw run sync thread = false

        """);
}
