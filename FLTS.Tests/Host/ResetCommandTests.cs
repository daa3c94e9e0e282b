using FLTS.Host.Cli;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace FLTS.Tests.Host;

[TestFixture]
internal sealed class ResetCommandTests
{
    [Test]
    public async Task Without_yes_it_says_what_it_would_remove_and_while_a_server_runs_nothing_is_removed()
    {
        using var folder = new TemporaryFolder();
        await using (var host = await RunningHost.StartAsync(
            folder: folder, settings: new Dictionary<string, string?> { ["Pipeline:DemoOnEmpty"] = "false" }).ReadyAsync())
        {
            await using (var db = await host.App.Services.GetRequiredService<IDbContextFactory<RegistryDbContext>>().CreateDbContextAsync())
            {
                db.AddRange(Rows.Dataset(), Rows.Run());
                await db.SaveChangesAsync();
            }

            var key = ObjectKeys.Manifest(new("run"), 1);
            await host.App.Services.GetRequiredService<IObjectStore>().PutAsync(key, "{}"u8.ToArray(), default);
            var (refused, _, errors) = await RunAsync("reset", "--yes", "--data", folder["data"]);
            Assert.That((refused, errors), Is.EqualTo((2, errors)));
            Assert.That(errors, Does.Contain("in use by another FLTS"));
        }

        var (asked, would, _) = await RunAsync("reset", "--data", folder["data"]);
        var (done, did, _) = await RunAsync("reset", "--yes", "--data", folder["data"]);
        var (again, nothing, _) = await RunAsync("reset", "--identifier", "station", "--json", "--data", folder["data"]);

        Assert.That((asked, done, again), Is.EqualTo((0, 0, 0)));
        Assert.That(would, Does.StartWith("Would remove: 0 pipelines, 1 runs, 1 processed datasets").And.Contain("--yes"));
        Assert.That(did, Does.StartWith("Removed: 0 pipelines, 1 runs"));
        Assert.That(nothing, Does.Contain("\"runs\":0"));
        Assert.That(Directory.Exists(folder["data/objects/models/run"]), Is.False);
    }

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
