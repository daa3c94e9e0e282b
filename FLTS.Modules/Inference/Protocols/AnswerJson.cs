using System.Text.Json;

namespace FLTS.Modules.Inference.Protocols;

/// <summary>Writes a forecast as <see cref="PredictAnswer"/> is serialised.</summary>
internal static class AnswerJson
{
    private static readonly JsonEncodedText _ts = JsonEncodedText.Encode("ts");

    /// <summary>Writes one object.</summary>
    public static void Write(Utf8JsonWriter writer, Forecast forecast)
    {
        writer.WriteStartObject();
        writer.WriteString("status"u8, "SUCCESS"u8);
        writer.WriteString("identifier"u8, forecast.Identifier.Value);
        writer.WriteString("run_id"u8, forecast.Manifest.RunId.Value);
        writer.WriteString("model_type"u8, forecast.Manifest.ModelType);
        writer.WriteNumber("version"u8, forecast.Version);
        writer.WriteString("config_hash"u8, forecast.Manifest.ConfigHash.Value);
        Predictions(writer, forecast);
        Intervals(writer, forecast);
        Adapted(writer, forecast.Adapted);
        Warnings(writer, forecast.Warnings);
        writer.WriteEndObject();
    }

    /// <summary>Writes answers and problems as <see cref="BatchAnswer"/> is serialised.</summary>
    public static void Write(Utf8JsonWriter writer, IReadOnlyList<(Forecast? Forecast, BatchProblem? Problem)> answers)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("items"u8);
        foreach (var (forecast, problem) in answers)
        {
            writer.WriteStartObject();
            writer.WritePropertyName("answer"u8);
            if (forecast is null)
                writer.WriteNullValue();
            else
                Write(writer, forecast);
            writer.WritePropertyName("problem"u8);
            Problem(writer, problem);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Problem(Utf8JsonWriter writer, BatchProblem? problem)
    {
        if (problem is null)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartObject();
        writer.WriteNumber("status"u8, problem.Status);
        writer.WriteString("detail"u8, problem.Detail);
        writer.WriteEndObject();
    }

    private static void Predictions(Utf8JsonWriter writer, Forecast forecast)
    {
        writer.WriteStartArray("predictions"u8);
        Span<byte> time = stackalloc byte[AnswerTime.Longest];
        for (var h = 0; h < forecast.Steps; h++)
        {
            writer.WriteStartObject();
            writer.WriteString(_ts, time[..AnswerTime.Write(forecast.Step, forecast.At(h), time)]);
            for (var m = 0; m < forecast.Targets.Count; m++)
                writer.WriteNumber(forecast.Targets[m], forecast.Values[0, h, m]);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void Intervals(Utf8JsonWriter writer, Forecast forecast)
    {
        if (forecast.Intervals.Count == 0)
        {
            writer.WriteNull("intervals"u8);
            return;
        }

        writer.WriteStartObject("intervals"u8);
        foreach (var interval in forecast.Intervals)
        {
            writer.WriteStartObject(interval.Level);
            for (var m = 0; m < forecast.Targets.Count; m++)
            {
                writer.WriteStartArray(forecast.Targets[m]);
                for (var h = 0; h < forecast.Steps; h++)
                    Pair(writer, interval.Low[h, m], interval.High[h, m]);
                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static void Adapted(Utf8JsonWriter writer, IntervalsAdapted? adapted)
    {
        if (adapted is null)
            return;

        writer.WriteStartObject("intervals_adapted"u8);
        writer.WriteStartArray("levels"u8);
        foreach (var level in adapted.Levels)
            writer.WriteNumberValue(level);
        writer.WriteEndArray();
        writer.WriteStartArray("leads"u8);
        foreach (var lead in adapted.Leads)
            writer.WriteNumberValue(lead);
        writer.WriteEndArray();
        writer.WriteNumber("revision"u8, adapted.Revision);
        writer.WriteEndObject();
    }

    private static void Pair(Utf8JsonWriter writer, double low, double high)
    {
        if (double.IsNaN(low))
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartArray();
        writer.WriteNumberValue(low);
        writer.WriteNumberValue(high);
        writer.WriteEndArray();
    }

    private static void Warnings(Utf8JsonWriter writer, IReadOnlyList<string> warnings)
    {
        if (warnings.Count == 0)
        {
            writer.WriteNull("warnings"u8);
            return;
        }

        writer.WriteStartArray("warnings"u8);
        foreach (var warning in warnings)
            writer.WriteStringValue(warning);
        writer.WriteEndArray();
    }
}
