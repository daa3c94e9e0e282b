using System.Text.Json.Nodes;
using FLTS.Host.Cli;
using NUnit.Framework;

namespace FLTS.Tests.Host;

/// <summary>A replay goes on as long as the server does.</summary>
[TestFixture, Parallelizable]
internal sealed class ReplayStationTests
{
    private static readonly DateTimeOffset _now = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    [TestCase(null, null, null)]
    [TestCase("SQLite Error 5: 'database is locked'.", "2026-01-05T12:00:47Z", null)]
    [TestCase("SQLite Error 5: 'database is locked'.", "2026-01-05T11:59:00Z", null, Description = "It is due, and not begun yet.")]
    [TestCase("The dataset is gone.", "2026-01-05T13:00:00Z", "The dataset is gone.")]
    [TestCase("The dataset is gone.", null, "The dataset is gone.")]
    public void What_is_tried_again_soon_ends_no_replay_and_what_is_impossible_does(string? error, string? nextTry, string? end)
    {
        // As an answer is read: text that is a time.
        var live = JsonNode.Parse(new JsonObject { ["error"] = error, ["next_try"] = nextTry }.ToJsonString())!.AsObject();

        Assert.That(ReplayStation.EndOf(live, _now), Is.EqualTo(end));
    }
}
