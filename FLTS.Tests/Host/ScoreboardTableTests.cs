using System.Text.Json.Nodes;
using FLTS.Host.Cli;
using NUnit.Framework;
using Spectre.Console;

namespace FLTS.Tests.Host;

[TestFixture, Parallelizable]
internal sealed class ScoreboardTableTests
{
    [TestCase(60, new[] { "score", "rmse" }, new[] { "mse", "mase" })]
    [TestCase(80, new[] { "score", "rmse", "mae", "skill" }, new[] { "mse", "mase" })]
    [TestCase(140, new[] { "score", "rmse", "mae", "mse", "r2", "skill", "mase" }, new string[0])]
    public void A_scoreboard_fits_the_terminal_and_cuts_no_number(int width, string[] shown, string[] left)
    {
        using var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = width;
        var entry = new JsonObject { ["rank"] = 1, ["kind"] = "candidate", ["model_type"] = "PROPHET" };
        foreach (var metric in new[] { "score", "rmse", "mae", "mse", "r2", "skill", "mase" })
            entry[metric] = -0.12345;
        Scoreboard.Write(console, new JsonObject
        {
            ["identifier"] = "a",
            ["scored_rows"] = 4,
            ["skipped_rows"] = 0,
            ["entries"] = new JsonArray(entry),
        });

        var words = text.ToString().Split([' ', '│', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
        Assert.That(words, Is.SupersetOf(shown.Append("candidate").Append("PROPHET")), text.ToString());
        Assert.That(words.Intersect(left), Is.Empty, text.ToString());
        Assert.That(words.Count(w => w == "-0.12345"), Is.GreaterThanOrEqualTo(shown.Length), text.ToString());
        Assert.That(text.ToString().Split('\n').Max(l => l.TrimEnd().Length), Is.LessThanOrEqualTo(width));
    }

    [Test]
    public void A_scoreboard_has_a_line_a_band_with_the_references_first()
    {
        using var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = 120;
        Scoreboard.Write(console, new JsonObject
        {
            ["identifier"] = "a",
            ["decision"] = "bands",
            ["scored_rows"] = 100,
            ["skipped_rows"] = 0,
            ["entries"] = new JsonArray(
                Line("candidate", "GRU", 0.11111), Line("reference", "AR", 0.22222), Line("champion", "LSTM", 0.33333)),
        });

        var lines = text.ToString().Split('\n')
            .Select(l => string.Join(' ', l.Split([' ', '│', '\r'], StringSplitOptions.RemoveEmptyEntries)));
        Assert.That(lines, Has.Some.StartsWith("rank kind model bands score rmse"), text.ToString());
        Assert.That(lines, Has.Some.StartsWith("candidate GRU 0.98765 - -"), "what ordered them comes first");
        Assert.That(lines, Has.Some.EqualTo("lead AR GRU LSTM in force"), text.ToString());
        Assert.That(lines, Has.Some.EqualTo("1 0.22222 0.11111 0.33333"));
        Assert.That(lines, Has.Some.EqualTo("~31-90 0.22222 0.11111 0.33333"));

        static JsonObject Line(string kind, string type, double rmse) => new()
        {
            ["kind"] = kind,
            ["model_type"] = type,
            ["decision_score"] = 0.98765,
            ["bands"] = new JsonArray(
                new JsonObject { ["from"] = 1, ["to"] = 1, ["rmse"] = rmse, ["indicative"] = false },
                new JsonObject { ["from"] = 31, ["to"] = 90, ["rmse"] = rmse, ["indicative"] = true }),
        };
    }
}
