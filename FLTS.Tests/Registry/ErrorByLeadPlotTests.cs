using System.Text.Json.Nodes;
using FLTS.Modules.Registry.Ledger;
using NUnit.Framework;

namespace FLTS.Tests.Registry;

[TestFixture, Parallelizable]
internal sealed class ErrorByLeadPlotTests
{
    [Test]
    public void A_scoreboard_is_drawn_as_a_picture()
    {
        var png = ErrorByLeadPlot.Draw(Board("""[{"lead": 1, "rmse": 0.1}, {"lead": 30, "rmse": 0.2}]"""))!;

        Assert.That(png[1..4], Is.EqualTo("PNG"u8.ToArray()));
        Assert.That(png, Has.Length.GreaterThan(5000).And.Length.LessThan(500_000));
    }

    [Test]
    public void One_of_before_has_nothing_to_draw() => Assert.That(ErrorByLeadPlot.Draw(Board("null")), Is.Null);

    private static JsonNode Board(string leads) => JsonNode.Parse(
        $$"""
        {"identifier": "station", "entries": [
          {"kind": "candidate", "model_type": "GRU", "leads": {{leads}}}, {"kind": "champion", "model_type": "AR"}]}
        """)!;
}
