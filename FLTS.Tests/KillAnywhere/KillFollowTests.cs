using Microsoft.EntityFrameworkCore;
using NUnit.Framework;

namespace FLTS.Tests.KillAnywhere;

/// <summary>The process is killed at every place that a followed file comes by, and started again: every row is in the log, once.</summary>
[TestFixture, Parallelizable(ParallelScope.All), Category(TestCategories.Slow), Category(TestCategories.Soak)]
internal sealed class KillFollowTests
{
    private const int Killed = 137, Later = 40;

    [TestCaseSource(nameof(Matrix))]
    public async Task Killed_anywhere_every_row_of_the_file_is_taken_once(Stack stack, string point)
    {
        await using var installation = await Installation.CreateAsync(stack);
        var folder = Directory.CreateDirectory(installation.Beside("followed")).FullName;
        var file = Path.Combine(folder, "growing.csv");
        var settings = new Dictionary<string, string>
        {
            ["Datasets:Folder"] = folder,
            ["Datasets:Follow:0"] = "growing",
            ["Datasets:FollowSeconds"] = "0.2",
        };
        await File.WriteAllTextAsync(file, DatasetClient.Csv(0, 20));

        await using (var first = installation.Start(point, settings: settings))
        {
            var killed = first.WaitForExitAsync();
            for (var row = 20; row < 20 + Later && !killed.IsCompleted; row++)
            {
                await File.AppendAllTextAsync(file, DatasetClient.Csv(row, 1, header: ""));
                await Task.Delay(300);
            }

            Assert.That(await killed, Is.EqualTo(Killed), $"{point} was not reached:\n{string.Join('\n', first.Output.TakeLast(40))}");
        }

        await File.WriteAllTextAsync(file, DatasetClient.Csv(0, 20 + Later));
        await using var second = installation.Start(settings: settings);
        await second.WaitUntilReadyAsync();
        await second.WaitForAsync("every row", async () =>
            await installation.ReadAsync(db => db.FollowedFiles.AnyAsync(f => f.Rows == 20 + Later)) ? "there" : null);

        // The rows of the file as it was when it was followed first are in its source, all others in the log.
        var rows = await installation.ReadAsync(db => db.Measurements.ToListAsync());
        var newest = DatasetClient.Start.AddMinutes(20 + Later - 1);
        Assert.That(rows.Select(r => r.Revision), Is.All.EqualTo(1), "none twice");
        Assert.That(rows.Max(r => r.Ts.UtcDateTime), Is.EqualTo(newest));
        Assert.That(
            rows.Select(r => r.Ts.UtcDateTime).Order(),
            Is.EqualTo(Enumerable.Range(0, rows.Count).Select(i => newest.AddMinutes(i - rows.Count + 1))),
            "none left out");
    }

    private static IEnumerable<TestCaseData> Matrix() =>
        from stack in Enum.GetValues<Stack>()
        from point in FaultPoints.OfFollowing.Concat(["measurements.before-commit", "measurements.after-commit"])
        select new TestCaseData(stack, point);
}
