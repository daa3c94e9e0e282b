using FLTS.Host.Hosting;
using Microsoft.Extensions.Configuration;
using NUnit.Framework;

namespace FLTS.Tests.Host;

[TestFixture]
internal sealed class SettingsInForceTests
{
    [Test]
    public void What_a_start_says_of_its_settings_holds_no_secret()
    {
        const string Secret = "s3cr;et/w@rd";
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Database:ConnectionString"] = $"Host=db;Username=flts;Password=\"{Secret}\"",
            ["Database:Password"] = Secret,
            ["Bus:RabbitMq:Uri"] = $"amqp://flts:{Uri.EscapeDataString(Secret)}@rabbit/",
            ["Bus:RabbitMq:Password"] = Secret,
            ["Storage:S3:AccessKey"] = Secret,
            ["Storage:S3:SecretKey"] = Secret,
            ["Security:AdminKey"] = Secret,
            ["Inference:MaxSteps"] = "100",
            ["Pipeline:ExpectedModelTypes:0"] = "GRU",
        }).Build();

        var told = string.Join(", ", SettingsInForce.Of(configuration));

        Assert.Multiple(() =>
        {
            Assert.That(told, Does.Not.Contain(Secret).And.Not.Contain(Uri.EscapeDataString(Secret)));
            Assert.That(told, Does.Contain("db").And.Contain("rabbit").And.Contain("flts").And.Contain("[Inference:MaxSteps, 100]"));
            Assert.That(told, Does.Contain("[Pipeline:ExpectedModelTypes:0, GRU]"));
        });
    }

    [Test]
    [NonParallelizable] // An environment variable is the whole process's.
    public async Task A_setting_is_read_from_a_file_of_its_name_and_read_again_when_the_file_changes()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["secrets"]);
        await File.WriteAllTextAsync(Path.Combine(folder["secrets"], "Security__AdminKey"), "key-of-a-file-0123456789\n");
        Environment.SetEnvironmentVariable(SettingsInForce.FilesVariable, folder["secrets"]);
        try
        {
            await using var host = await RunningHost.StartAsync();
            Assert.That(host.Key, Is.EqualTo("key-of-a-file-0123456789"));

            await File.WriteAllTextAsync(Path.Combine(folder["secrets"], "Database__Password"), "new");
            Assert.That(
                () => host.App.Configuration["Database:Password"], Is.EqualTo("new").After(60).Seconds.PollEvery(50).MilliSeconds);
        }
        finally
        {
            Environment.SetEnvironmentVariable(SettingsInForce.FilesVariable, null);
        }
    }

    [Test]
    [NonParallelizable]
    public void A_folder_of_secrets_that_is_not_there_is_named()
    {
        using var folder = new TemporaryFolder();
        Environment.SetEnvironmentVariable(SettingsInForce.FilesVariable, folder["none"]);
        try
        {
            Assert.That(
                () => Server.Build(RunningHost.Settings(folder), jsonToConsole: false),
                Throws.InstanceOf<FltsException>().With.Message.Contains(SettingsInForce.FilesVariable));
        }
        finally
        {
            Environment.SetEnvironmentVariable(SettingsInForce.FilesVariable, null);
        }
    }
}
