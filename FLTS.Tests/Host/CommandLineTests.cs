using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using FLTS.Host.Cli;
using FLTS.Host.Hosting;
using NUnit.Framework;

namespace FLTS.Tests.Host;

[TestFixture]
internal sealed class CommandLineTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [TestCase("frobnicate")]
    [TestCase("run", "--frobnicate")]
    [TestCase("run", "--sample-train-rows", "many")]
    [TestCase("dataset")]
    [TestCase]
    public async Task What_is_no_command_shows_the_usage_and_ends_with_64(params string[] args)
    {
        var (code, output, _) = await RunAsync(args);

        Assert.That(code, Is.EqualTo(64));
        Assert.That(output, Does.Contain("Usage"));
    }

    [TestCase("Pipline:ReconcileSeconds=5", "Pipline")]
    [TestCase("ReconcileSeconds", "Section:Key=Value")]
    [TestCase("Inference:MaxSteps=many", "Inference:MaxSteps")]
    [TestCase("Evaluation:baseline_gate=maybe", "baseline_gate")]
    [TestCase("Pipeline:PointerSeconds=0", "Pipeline:PointerSeconds")]
    public async Task A_wrong_setting_ends_with_2_and_one_sentence(string setting, string expected)
    {
        var (code, _, errors) = await RunAsync("run", "--data", _folder["data"], "--set", setting);

        Assert.That(code, Is.EqualTo(2));
        Assert.That(errors.Trim(), Does.Contain(expected).And.Not.Contain("\n"));
    }

    [TestCase("run", "--urls", "http://127.0.0.1:99999", "99999")]
    [TestCase("run", "--urls", "http://127.0.0.1:-1", "-1")]
    [TestCase("run", "--set", "Database:ConnectionString=no form;=secret", "Database:ConnectionString")]
    [TestCase("run", "--set", "Database:ConnectionString=Database=secret", "Database:ConnectionString")]
    [TestCase("run", "--set", "Database:ConnectionString=Host=a;Port=secret", "Database:ConnectionString")]
    [TestCase("run", "--set", "Storage:S3:AccessKey=secret", "Storage:S3:SecretKey")]
    [TestCase("run", "--set", "Storage:S3:SecretKey=secret", "Storage:S3:AccessKey")]
    [TestCase("run", "--set", "Database:Providr=postgres", "Did you mean Database:Provider?")]
    [TestCase("run", "--set", "Storage:S3:EndPiont=x", "Did you mean Storage:S3:Endpoint?")]
    [TestCase("run", "--set", "Bus:Transprt=rabbitmq", "Did you mean Bus:Transport?")]
    [TestCase("run", "--set", "Bus:RabbitMq:Url=amqp://secret/", "Did you mean Bus:RabbitMq:Uri?")]
    [TestCase("run", "--set", "Pipeline:ReconcileSecond=5", "Did you mean Pipeline:ReconcileSeconds?")]
    [TestCase("run", "--set", "Models:GURU:epochs=5", "Did you mean Models:GRU?")]
    [TestCase("run", "--set", "Datasets:Whatever=5", "Datasets:Whatever")]
    public async Task A_start_that_cannot_be_ends_with_2_and_one_sentence_and_the_doctor_says_it_too(
        string command, string option, string value, string expected)
    {
        string[] more = [option, value, .. Parts(value)];
        var (code, _, errors) = await RunAsync([command, "--data", _folder["data"], .. more]);
        var (doctor, findings, _) = await RunAsync(["doctor", "--json", "--data", _folder["other"], .. more]);

        Assert.That(code, Is.EqualTo(2));
        Assert.That(errors.Trim(), Does.Contain(expected).And.Not.Contain("\n").And.Not.Contain("secret"));
        Assert.That(doctor, Is.EqualTo(1));
        Assert.That(
            JsonNode.Parse(findings)!.AsArray().Where(f => !f!["ok"]!.GetValue<bool>()).Select(f => f!["detail"]!.GetValue<string>()),
            Has.Some.Contains(expected).Or.Some.Contains("port"));
    }

    [Platform("Linux"), TestCase("/proc"), TestCase("/proc/flts"), TestCase("/dev/null/flts")]
    public async Task A_data_folder_that_cannot_be_written_to_is_said_to_be_so_and_not_to_be_in_use(string folder)
    {
        var (code, _, errors) = await RunAsync("run", "--data", folder);
        var (doctor, findings, _) = await RunAsync("doctor", "--json", "--data", folder);

        Assert.That(code, Is.EqualTo(2));
        Assert.That(errors.Trim(), Does.Contain(folder).And.Contain("--data").And.Not.Contain("in use").And.Not.Contain("\n"));
        Assert.That(doctor, Is.EqualTo(1));
        Assert.That(findings, Does.Contain("written to"));
    }

    [Test]
    public async Task A_data_folder_that_another_process_has_is_in_use_and_made_for_its_owner_alone()
    {
        await using var host = await RunningHost.StartAsync(folder: _folder);
        var (code, _, errors) = await RunAsync("run", "--data", _folder["data"]);

        Assert.That(code, Is.EqualTo(2));
        Assert.That(errors.Trim(), Does.Contain($"in use by another FLTS (process {Environment.ProcessId})").And.Not.Contain("\n"));
        if (!OperatingSystem.IsWindows())
        {
            var own = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            Assert.That(File.GetUnixFileMode(_folder["data"]), Is.EqualTo(own));
            Assert.That(File.GetUnixFileMode(_folder["data/keys"]), Is.EqualTo(own));
        }
    }

    [Test]
    public async Task Who_is_refused_a_data_folder_writes_nothing_there_not_even_a_line_of_a_log()
    {
        using var held = DataFolder.Open(new HostSettings { DataDirectory = _folder["data"], Addresses = [], Modules = [] });
        var before = Files();
        var (code, _, _) = await RunAsync("run", "--data", _folder["data"]);

        Assert.That(code, Is.EqualTo(2));
        Assert.That(Files(), Is.EqualTo(before));

        List<(string, DateTime)> Files() =>
        [
            .. Directory.GetFileSystemEntries(_folder["data"], "*", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .Select(f => (f, File.GetLastWriteTimeUtc(f))),
        ];
    }

    [TestCase("-5")]
    [TestCase("NaN")]
    [TestCase("1e12")]
    public async Task A_timeout_that_no_clock_can_keep_is_refused(string seconds)
    {
        var (code, _, errors) = await RunAsync("run", "--data", _folder["data"], "--exit", "--timeout", seconds);

        Assert.That(code, Is.EqualTo(64));
        Assert.That(errors.Trim(), Does.Contain("--timeout").And.Contain(seconds).And.Not.Contain("\n"));
    }

    [Test]
    public async Task Exit_ends_in_time_where_the_database_cannot_be_reached()
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var (code, output, _) = await RunAsync(
            "run", "--data", _folder["data"], "--urls", "http://127.0.0.1:0", "--exit", "--timeout", "1",
            "--set", "Database:Provider=postgres",
            "--set", $"Database:ConnectionString=Host=127.0.0.1;Port={FreePort.Next()};Username=a;Password=b;Database=c");

        Assert.That(code, Is.EqualTo(3));
        Assert.That(output, Does.Contain("not there: database"));
        Assert.That(clock.Elapsed, Is.LessThan(TimeSpan.FromSeconds(30)));
    }

    [Test]
    public async Task An_address_of_another_machine_ends_with_2_and_one_sentence()
    {
        var (code, _, errors) = await RunAsync("run", "--data", _folder["data"], "--urls", "http://192.0.2.1:8080");

        Assert.That(code, Is.EqualTo(2));
        Assert.That(errors.Trim(), Does.Contain("--urls").And.Not.Contain("\n"));
    }

    [Test]
    public async Task A_port_that_is_taken_ends_with_2_and_one_sentence()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}";
        var (code, _, errors) = await RunAsync("run", "--data", _folder["data"], "--urls", url);

        Assert.That(code, Is.EqualTo(2));
        Assert.That(errors.Trim(), Does.Contain(url).And.Contain("--urls").And.Not.Contain("\n"));
    }

    [Test]
    public async Task A_folder_of_datasets_that_is_not_there_is_named()
    {
        var (code, _, errors) = await RunAsync("run", "--data", _folder["data"], "--datasets", _folder["nowhere"]);

        Assert.That(code, Is.EqualTo(2));
        Assert.That(errors, Does.Contain(_folder["nowhere"]));
    }

    [Test]
    public async Task The_demo_data_is_the_same_for_the_same_seed()
    {
        var first = await RunAsync("dataset", "generate", "--rows", "50", "--seed", "3", "--out", _folder["a"], "--json");
        await RunAsync("dataset", "generate", "--rows", "50", "--seed", "3", "--out", _folder["b"]);
        await RunAsync("dataset", "generate", "--rows", "50", "--seed", "4", "--out", _folder["c"]);
        var (a, b, c) = (await CsvAsync("a"), await CsvAsync("b"), await CsvAsync("c"));

        Assert.That(JsonNode.Parse(first.Output)!["rows"]!.GetValue<int>(), Is.EqualTo(50));
        Assert.That(a, Is.EqualTo(b));
        Assert.That(a, Is.Not.EqualTo(c));
    }

    [Test]
    public async Task The_doctor_examines_every_part_and_finds_a_healthy_machine_healthy()
    {
        var (code, output, _) = await RunAsync(
            "doctor", "--json", "--data", _folder["data"], "--urls", $"http://127.0.0.1:{FreePort.Next()}");
        var findings = JsonNode.Parse(output)!.AsArray();

        Assert.That(code, Is.Zero, output);
        Assert.That(
            findings.Select(f => f!["part"]!.GetValue<string>()),
            Is.EquivalentTo(new[]
            {
                "dotnet", "native_runtime", "fonts", "settings", "data_folder", "database", "object_store", "bus", "key", "port",
            }));
    }

    [Test]
    public async Task The_doctor_says_what_to_do_for_each_part_that_is_away_and_ends_with_1()
    {
        await File.WriteAllTextAsync(_folder["objects"], "a file where the folder should be");
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var (code, output, _) = await RunAsync(
            "doctor", "--json", "--data", _folder["data"], "--urls", $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}",
            "--set", $"Storage:Root={_folder["objects"]}",
            "--set", "Bus:Transport=rabbitmq",
            "--set", $"Bus:RabbitMq:Uri=amqp://127.0.0.1:{FreePort.Next()}/");
        var failed = JsonNode.Parse(output)!.AsArray().Where(f => !f!["ok"]!.GetValue<bool>()).ToList();

        Assert.That(code, Is.EqualTo(1));
        Assert.That(failed.Select(f => f!["part"]!.GetValue<string>()), Is.EquivalentTo(new[] { "object_store", "bus", "port" }));
        Assert.That(failed.Select(f => f!["remedy"]?.GetValue<string>()), Is.All.Not.Empty);
    }

    [Test]
    public void A_reason_tells_what_was_tried_and_why_it_failed()
    {
        var nested = new InvalidOperationException("None of the endpoints could be reached.", new IOException("Connection refused"));

        Assert.That(StartupGate.Reason(nested), Is.EqualTo("None of the endpoints could be reached. (Connection refused)"));
        Assert.That(StartupGate.Reason(new IOException("Disk full")), Is.EqualTo("Disk full"));
    }

    /// <summary>What a setting of another part needs beside it.</summary>
    private static string[] Parts(string setting) =>
        setting.StartsWith("Database:Conn", StringComparison.Ordinal) ? ["--set", "Database:Provider=postgres"]
        : setting.StartsWith("Storage:S3", StringComparison.Ordinal) ? ["--set", "Storage:Provider=s3"]
        : [];

    private Task<string> CsvAsync(string folder) => File.ReadAllTextAsync(Path.Combine(_folder[folder], "demo.csv"));

    private static async Task<(int Code, string Output, string Errors)> RunAsync(params string[] args)
    {
        var (output, errors) = (Console.Out, Console.Error);
        using var newOutput = new StringWriter();
        using var newErrors = new StringWriter();
        Console.SetOut(newOutput);
        Console.SetError(newErrors);
        try
        {
            return (await CommandLine.RunAsync(args), newOutput.ToString(), newErrors.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(errors);
        }
    }
}
