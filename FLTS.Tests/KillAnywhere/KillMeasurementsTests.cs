using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using FLTS.Modules.Storage;
using FLTS.Tests.EndToEnd;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;

namespace FLTS.Tests.KillAnywhere;

/// <summary>
/// The process is killed between any two writes of rows that are sent and of what a pipeline makes of them, started again, and asked the
/// same: every row is there once, and the log was compacted once.
/// </summary>
[TestFixture, Parallelizable(ParallelScope.All), Category(TestCategories.Slow)]
internal sealed class KillMeasurementsTests
{
    private const int Killed = 137;

    private const int Rows = 20;

    [Category(TestCategories.Soak)]
    [TestCaseSource(nameof(Matrix))]
    public Task Killed_anywhere_it_ends_with_every_row_once(Stack stack, string point) => CheckAsync(stack, point);

    private static IEnumerable<TestCaseData> Matrix() =>
        from stack in Enum.GetValues<Stack>() from point in FaultPoints.OfMeasurements select new TestCaseData(stack, point);

    private static async Task CheckAsync(Stack stack, string point)
    {
        await using var installation = await Installation.CreateAsync(stack);
        await using (var first = installation.Start(point))
        {
            await first.WaitUntilReadyAsync();
            await first.UseAdminKeyAsync();
            try
            {
                await AskAsync(first);
            }
            catch (HttpRequestException)
            {
                // Killed before it could answer; the exit code tells.
            }

            Assert.That(
                await first.WaitForExitAsync(),
                Is.EqualTo(Killed),
                $"{point} was not reached:\n{string.Join('\n', first.Output.TakeLast(40))}");
        }

        await using var second = installation.Start();
        await second.WaitUntilReadyAsync();
        await second.UseAdminKeyAsync();
        await AskAsync(second);
        await AskAsync(second);

        var logged = await installation.ReadAsync(db => db.Measurements.OrderBy(m => m.Ts).ToListAsync());
        Assert.That(logged.Select(m => (m.Revision, m.Ts.Minute)), Is.EqualTo(Enumerable.Range(0, Rows).Select(i => (1, 2 * i))));
        var made = await installation.ReadAsync(db => db.Sources.Where(s => s.MadeOf != null).ToListAsync());
        Assert.That(made.Select(s => s.Part), Is.EqualTo(["train"]));
        using var text = await installation.Objects.ReadAllAsync(ObjectKeys.Source(made[0].Sha256), default);
        Assert.That(
            Encoding.UTF8.GetString(text.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries), Has.Length.EqualTo(1 + 300 + Rows));
    }

    /// <summary>Sends rows behind the station's 300, and starts a pipeline.</summary>
    private static async Task AskAsync(FltsProcess flts)
    {
        var end = new DateTime(2026, 1, 5).AddMinutes(2 * 300);
        using var rows = new StringContent(
            "time,down,up\n" + string.Concat(Enumerable.Range(0, Rows).Select(i => string.Create(
                CultureInfo.InvariantCulture, $"{end.AddMinutes(2 * i):yyyy-MM-dd HH:mm:ss},{100 + i},{20 + i}\n"))),
            Encoding.UTF8,
            "text/csv");
        using var answer = await flts.Http.PostAsync(new Uri($"/datasets/{Installation.Dataset}/rows", UriKind.Relative), rows);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), await answer.Content.ReadAsStringAsync());
        await flts.PostAsync(
            "/pipelines",
            new JsonObject { ["dataset"] = Installation.Dataset, ["model_types"] = new JsonArray("NAIVE") },
            HttpStatusCode.Accepted);
    }
}
