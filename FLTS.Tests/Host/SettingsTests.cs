using System.Text.RegularExpressions;
using FLTS.Host.Hosting;
using FLTS.Modules;
using FLTS.Modules.Pipeline;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace FLTS.Tests.Host;

[TestFixture, Parallelizable]
internal sealed class SettingsTests
{
    [TestCase("Database:Provider=oracle", "Database:Provider")]
    [TestCase("Storage:Provider=ftp", "Storage:Provider")]
    [TestCase("Bus:Transport=pigeon", "Bus:Transport")]
    [TestCase("Bus:Transport=rabbitmq", "Bus:RabbitMq:Uri")]
    [TestCase("Jobs:Storage=postgres", "Database:Provider")]
    [TestCase("Database:Provider=postgres", "Database:ConnectionString")]
    [TestCase("Modules:Enabled:0=Trainer", "Modules:Enabled")]
    [TestCase("Modules:Enabled=Inference", "Modules:Enabled:0=Inference (as an environment variable Modules__Enabled__0)")]
    [TestCase("Pipeline:ExpectedModelTypes=GRU", "Pipeline:ExpectedModelTypes:0=GRU")]
    [TestCase("Inference:MaxSteps=0", "Inference:MaxSteps")]
    [TestCase("Inference:MaxSteps=many", "Inference:MaxSteps")]
    [TestCase("Pipeline:ReconcileSeconds=0", "Pipeline:ReconcileSeconds")]
    [TestCase("urls=somewhere", "--urls")]
    public void A_wrong_setting_is_refused_by_name(string setting, string named)
    {
        using var folder = new TemporaryFolder();
        var settings = RunningHost.Settings(folder);
        var (name, value) = setting.Split('=') is [var n, var v] ? (n, v) : throw new ArgumentException(setting);
        settings[name] = value;

        Assert.That(() => Server.Build(settings, jsonToConsole: false), Throws.InstanceOf<FltsException>().With.Message.Contains(named));
    }

    [Test]
    public void A_build_without_trainers_refuses_to_train_and_says_what_to_name()
    {
        using var folder = new TemporaryFolder();
        var settings = new ConfigurationBuilder().AddInMemoryCollection(RunningHost.Settings(folder)).Build();

        Assert.That(
            () => HostSettings.Read(settings, hasTrainers: false),
            Throws.InstanceOf<InvalidInputException>()
                .With.Message.Contains("Gru, Lstm, LightGbm").And.Message.Contains("Modules:Enabled"));
        Assert.That(() => HostSettings.Read(settings, hasTrainers: true), Throws.Nothing);
    }

    [Test]
    public void The_page_may_be_left_out_of_a_process_that_does_everything_else()
    {
        using var folder = new TemporaryFolder();
        var settings = RunningHost.Settings(folder);
        foreach (var (module, i) in ModuleCatalog.All.Where(m => m.Name != "Page").Select((m, i) => (m, i)))
            settings[$"Modules:Enabled:{i}"] = module.Name;

        var host = HostSettings.Read(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());

        Assert.That(host.Modules.Select(m => m.Name), Is.EqualTo(ModuleCatalog.All.Select(m => m.Name).Where(n => n != "Page")));
    }

    [TestCase("Database:Provider=sqlite")]
    [TestCase("Storage:Provider=folder")]
    [TestCase("Bus:Transport=memory")]
    [TestCase("Jobs:Storage=memory")]
    public void Modules_apart_are_refused_where_a_part_cannot_be_shared(string part)
    {
        using var folder = new TemporaryFolder();
        var settings = RunningHost.Settings(folder);
        foreach (var shared in new[]
        {
            "Database:Provider=postgres",
            "Database:ConnectionString=Host=127.0.0.1",
            "Storage:Provider=s3",
            "Bus:Transport=rabbitmq",
            "Bus:RabbitMq:Uri=amqp://127.0.0.1/",
            "Jobs:Storage=postgres",
        })
            Set(settings, shared);
        Set(settings, "Modules:Enabled:0=Inference");
        Set(settings, part);
        if (part.StartsWith("Database", StringComparison.Ordinal))
            Set(settings, "Jobs:Storage=memory"); // Else that is refused first: jobs live in the same PostgreSQL.

        Assert.That(
            () => Server.Build(settings, jsonToConsole: false),
            Throws.InstanceOf<FltsException>().With.Message.Contains(part).And.Message.Contains("Modules:Enabled"));
    }

    [Test]
    public async Task A_list_that_is_set_replaces_the_list_of_the_file()
    {
        using var folder = new TemporaryFolder();
        var settings = RunningHost.Settings(folder);
        Set(settings, "Pipeline:ExpectedModelTypes:0=LIGHTGBM");
        await using var app = Server.Build(settings, jsonToConsole: false);

        Assert.That(app.Services.GetRequiredService<PipelineOptions>().ExpectedModelTypes, Is.EqualTo(new[] { "LIGHTGBM" }));
    }

    [Test]
    public async Task A_list_that_is_not_set_is_that_of_the_file()
    {
        using var folder = new TemporaryFolder();
        await using var app = Server.Build(RunningHost.Settings(folder), jsonToConsole: false);

        Assert.That(
            app.Services.GetRequiredService<PipelineOptions>().ExpectedModelTypes, Is.EqualTo(new[] { "GRU", "LSTM", "PROPHET" }));
    }

    [TestCase("flts-dev-admin-key")]
    [TestCase("FLTS-dev-admin-KEY")]
    [TestCase("aaaaaaaaaaaaaaaaaaaaaaaa")]
    [TestCase("abcabcabcabcabcabcabc")]
    [TestCase("my-very-own-password-here")]
    [TestCase("abcdefghijklmnopqrst")]
    public async Task A_key_that_others_know_or_guess_is_refused_where_other_machines_can_try_it(string key)
    {
        foreach (var url in (string[])["http://0.0.0.0:0", "http://+:0", "http://127.0.0.1:0;http://*:0"])
        {
            using var folder = new TemporaryFolder();
            var settings = RunningHost.Settings(folder);
            (settings["Security:AdminKey"], settings["urls"]) = (key, url);
            Assert.That(
                () => Server.Build(settings, jsonToConsole: false),
                Throws.InstanceOf<InvalidInputException>().With.Message.Contains("Security:AdminKey")
                    .And.Message.Not.Contains(key));
        }

        using var own = new TemporaryFolder();
        var near = RunningHost.Settings(own);
        near["Security:AdminKey"] = key;
        await using var app = Server.Build(near, jsonToConsole: false);
        Assert.That(app.Services.GetRequiredService<AdminKey>().Value, Is.EqualTo(key), "on loopback it is the user's own affair");
    }

    [Test]
    public async Task A_key_made_at_random_is_taken_anywhere()
    {
        using var folder = new TemporaryFolder();
        var settings = RunningHost.Settings(folder, "0.0.0.0");
        settings["Security:AdminKey"] = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(24));
        await using var app = Server.Build(settings, jsonToConsole: false);

        Assert.That(app.Services.GetRequiredService<AdminKey>().File, Is.Null);
    }

    [Test]
    public void No_file_that_is_shipped_holds_a_secret()
    {
        string[] files =
        [
            "appsettings.json", "docker-compose.yml", ".env.example",
            .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "deploy"), "*", SearchOption.AllDirectories)
                .Where(f => Path.GetExtension(f) is ".yml" or ".yaml" or ".json" or ".sh" or ".ini"),
        ];

        Assert.That(files.SelectMany(f => Told(File.ReadAllText(Path.Combine(Repository.Root, f))).Select(s => $"{f}: {s}")), Is.Empty);
        Assert.That(
            Told("A_PASSWORD: postgres\n\"SecretKey\": \"minio123\", \"AdminKey\": null\nPASSWORD=\"${PASSWORD:-}\"\n#ADMIN_KEY=\n"),
            Is.EqualTo(new[] { "postgres", "minio123" }),
            "planted");

        static IEnumerable<string> Told(string text) =>
            Regex.Matches(text, @"(?i)(?:password|secret_?key|admin_?key)""?[ ]*[:=][ ]*""?(?<value>[^""\s,}]*)")
                .Select(m => m.Groups["value"].Value).Where(v => v.Length > 0 && v != "null" && v[0] is not ('$' or '%' or '-'));
    }

    private static void Set(Dictionary<string, string?> settings, string text)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        settings[text[..at]] = text[(at + 1)..];
    }
}
