using System.Globalization;
using RabbitMQ.Client;

namespace FLTS.Tests.TestKit.Servers;

/// <summary>
/// A private RabbitMQ on 127.0.0.1, with a port mapper of its own; runs as whoever runs the tests. Durable queues
/// survive <see cref="StopAsync"/>.
/// </summary>
internal sealed class RabbitMqServer : IAsyncDisposable
{
    private const string Package = "rabbitmq-server";
    // Debian's /usr/sbin/rabbitmq-server changes the user and reads the system's settings; this one does neither.
    private const string Program = "/usr/lib/rabbitmq/bin/rabbitmq-server";
    private const string User = "guest";

    private readonly ServerFolder _folder = new("rabbitmq");
    private readonly int _mapperPort = FreePort.Next();
    private readonly int _nodePort = FreePort.Next();
    private ServerProcess? _mapper;
    private ServerProcess? _broker;

    private RabbitMqServer()
    {
    }

    public int Port { get; } = FreePort.Next();

    /// <summary>Of the virtual host <c>/</c>; tests take one of their own from <see cref="CreateVirtualHostAsync"/>.</summary>
    public Uri Uri => new($"amqp://{User}:{User}@127.0.0.1:{Port}/");

    /// <summary>Five to twelve seconds.</summary>
    public static async Task<RabbitMqServer> StartNewAsync()
    {
        ServersCategory.Require("RabbitMQ");
        if (!File.Exists(Program))
            throw Programs.Missing("rabbitmq-server", Package);
        var server = new RabbitMqServer();
        try
        {
            server._folder.Write("rabbitmq.conf", $"""
                listeners.tcp.1 = 127.0.0.1:{server.Port}
                log.console = true
                log.file = false

                """);
            server._folder.Write("enabled_plugins", "[].");
            server._folder.Write("rabbitmq-env.conf", "");
            await server.StartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// A fresh virtual host, so that exchanges and queues of fixed names do not meet those of another test; returns its address.
    /// </summary>
    public async Task<Uri> CreateVirtualHostAsync()
    {
        var name = $"test-{Guid.NewGuid():N}";
        await ServerProcess.RunAsync(Path.Combine(Path.GetDirectoryName(Program)!, "rabbitmqctl"), ["eval", $"""
            rabbit_vhost:add(<<"{name}">>, <<"{User}">>),
            rabbit_auth_backend_internal:set_permissions(<<"{User}">>, <<"{name}">>, <<".*">>, <<".*">>, <<".*">>, <<"{User}">>).
            """], Settings());
        return new Uri(Uri, name);
    }

    public async Task StartAsync()
    {
        if (_broker is { IsRunning: true })
            return;
        if (_mapper is not { IsRunning: true })
        {
            // Started by us in the foreground: the broker would start one as a daemon that outlives everything.
            _mapper = ServerProcess.Start(
                _folder["epmd.log"], Programs.Find("epmd", "erlang-base"),
                ["-port", _mapperPort.ToString(CultureInfo.InvariantCulture), "-address", "127.0.0.1"]);
        }

        _broker = ServerProcess.Start(_folder["rabbitmq.log"], Program, [], Settings());
        var factory = new ConnectionFactory { Uri = Uri, AutomaticRecoveryEnabled = false };
        await _broker.WaitUntilAsync("RabbitMQ", async () =>
        {
            await using var connection = await factory.CreateConnectionAsync();
        });
    }

    /// <summary>Kills the broker: clients see their connections break.</summary>
    public Task StopAsync()
    {
        _broker?.Dispose();
        _broker = null;
        return Task.CompletedTask;
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _mapper?.Dispose();
        _folder.Dispose();
    }

    private Dictionary<string, string> Settings() => new()
    {
        ["HOME"] = _folder.Path, // the Erlang cookie
        ["RABBITMQ_NODENAME"] = $"flts-{Port}@localhost",
        ["RABBITMQ_CONF_ENV_FILE"] = _folder["rabbitmq-env.conf"],
        ["RABBITMQ_CONFIG_FILE"] = _folder["rabbitmq.conf"],
        ["RABBITMQ_ADVANCED_CONFIG_FILE"] = _folder["advanced.config"],
        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = _folder["enabled_plugins"],
        ["RABBITMQ_GENERATED_CONFIG_DIR"] = _folder["config"],
        ["RABBITMQ_MNESIA_BASE"] = _folder["mnesia"],
        ["RABBITMQ_LOG_BASE"] = _folder["log"],
        ["RABBITMQ_PID_FILE"] = _folder["pid"],
        ["RABBITMQ_DIST_PORT"] = _nodePort.ToString(CultureInfo.InvariantCulture),
        ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
        ["ERL_EPMD_PORT"] = _mapperPort.ToString(CultureInfo.InvariantCulture),
        // Idle schedulers must not spin: two cores are all there is.
        ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +S 1:1",
    };
}
