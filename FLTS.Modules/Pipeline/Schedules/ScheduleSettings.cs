using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Modules.Registry.Schedules;

namespace FLTS.Modules.Pipeline.Schedules;

/// <summary>The section <c>Schedules</c>: documents by name, as a PUT takes them.</summary>
internal sealed record ScheduleSettings(IReadOnlyList<ScheduleDefinition> Schedules)
{
    public const string Section = "Schedules";

    /// <param name="documents">The section.</param>
    /// <param name="checkRequest">Refuses a request that does not say what it must; its data need not be there yet.</param>
    /// <exception cref="InvalidInputException">One is wrong; the message names it.</exception>
    public static ScheduleSettings Read(JsonObject documents, Action<JsonElement> checkRequest) =>
        new([.. documents.Select(d => Read(new ScheduleName(d.Key), d.Value, checkRequest))]);

    private static ScheduleDefinition Read(ScheduleName name, JsonNode? document, Action<JsonElement> checkRequest)
    {
        try
        {
            var body = JsonSerializer.SerializeToElement(document);
            var schedule = ScheduleDocument.Parse(name, body);
            checkRequest(body.GetProperty("pipeline"));
            return schedule;
        }
        catch (InvalidInputException e)
        {
            throw new InvalidInputException($"Setting {Section}:{name}: {e.Message}", e);
        }
    }
}
