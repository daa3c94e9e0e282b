using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Cronos;
using FLTS.Forecasting.Json;
using FLTS.Forecasting.Series;
using FLTS.Modules.Registry.Schedules;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Pipeline.Schedules;

/// <summary>A schedule as it is written, in the body of a PUT and in the section <c>Schedules</c> alike.</summary>
internal static partial class ScheduleDocument
{
    /// <summary>A cron expression knows no year: from when it is looked at says nothing about it.</summary>
    private static readonly DateTimeOffset _someDay = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private const string CronIs = "a cron expression of five fields (minute, hour, day, month, weekday), for example \"0 3 * * *\"";

    /// <summary>Reads a schedule, all but what its request asks for.</summary>
    /// <exception cref="InvalidInputException">Names the member and says what it must be.</exception>
    public static ScheduleDefinition Parse(ScheduleName name, JsonElement body)
    {
        if (!Pattern().IsMatch(name.Value))
            throw new InvalidInputException(
                $"'{Sentence.Of(name.Value)}' is no name of a schedule: 1 to 64 letters, digits, '.', '_' or '-', the first a letter or "
                + "digit.");

        var read = StrictJson.Body(body, " such as {\"cron\": \"0 3 * * *\", \"zone\": \"Europe/Madrid\", \"pipeline\": "
            + "{\"dataset\": \"demo\"}}").AllowOnly("cron", "zone", "jitter_seconds", "overlap", "pipeline");
        var zone = read.Text("zone") ?? "UTC";
        if (!TimeZones.IsKnown(zone))
            throw read.Wrong("zone", "an IANA time zone, for example \"Europe/Madrid\"");

        var request = read.Element("pipeline") is { ValueKind: JsonValueKind.Object } given
            ? given
            : throw read.Wrong("pipeline", "an object as POST /pipelines takes it, for example {\"dataset\": \"demo\"}");
        var schedule = new ScheduleDefinition(
            name,
            read.RequiredText("cron", CronIs),
            zone,
            read.Integer("jitter_seconds", 0, 86_400) ?? 0,
            read.Word<ScheduleOverlap>("overlap") ?? ScheduleOverlap.Skip,
            CanonicalJson.Serialize(JsonObject.Create(request)!));
        CheckTimes(read, schedule);
        return schedule;
    }

    private static void CheckTimes(StrictJson read, ScheduleDefinition schedule)
    {
        DueTimes due;
        try
        {
            due = DueTimes.Of(schedule);
        }
        catch (CronFormatException e)
        {
            throw new InvalidInputException($"{read.Wrong("cron", CronIs).Message.TrimEnd('.')} ({e.Message.TrimEnd('.')}).", e);
        }

        if (!due.After(_someDay).Any())
            throw read.Wrong("cron", "an expression that is due some day; this one never is");
        if (due.Nearest(_someDay) is { } nearest && schedule.JitterSeconds >= nearest.TotalSeconds)
            throw read.Wrong("jitter_seconds", $"less than the {nearest.TotalSeconds:0} s between the nearest two due times of 'cron'");
    }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
