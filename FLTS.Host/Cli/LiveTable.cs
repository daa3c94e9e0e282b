using System.Text.Json.Nodes;

namespace FLTS.Host.Cli;

/// <summary>What <c>GET /live</c> and <c>GET /drift</c> answer, as tables.</summary>
internal static class LiveTable
{
    public static void Write(Screen screen, JsonObject live, JsonArray drift)
    {
        screen.Line(live.ToJsonString());
        screen.Line(drift.ToJsonString());
    }
}
