using FLTS.Host.Hosting;
using NUnit.Framework;

namespace FLTS.Tests.Host;

[TestFixture]
internal sealed class SettingsTests
{
    [TestCase("Database:Provider=oracle", "Database:Provider")]
    [TestCase("Storage:Provider=ftp", "Storage:Provider")]
    [TestCase("Bus:Transport=pigeon", "Bus:Transport")]
    [TestCase("Bus:Transport=rabbitmq", "Bus:RabbitMq:Uri")]
    [TestCase("Jobs:Storage=postgres", "Database:Provider")]
    [TestCase("Database:Provider=postgres", "Database:ConnectionString")]
    [TestCase("Modules:Enabled:0=Trainer", "Modules:Enabled")]
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

    private static void Set(Dictionary<string, string?> settings, string text)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        settings[text[..at]] = text[(at + 1)..];
    }
}
