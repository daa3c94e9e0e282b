using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace FLTS.Modules.Inference.Protocols;

/// <summary>
/// Writes a forecast as CSV: <c>ts</c>, the targets, and for each level that was asked for <c>{target}_low_{level}</c> and
/// <c>{target}_high_{level}</c>, empty where there is no interval.
/// </summary>
internal static class AnswerCsv
{
    /// <summary>What has to be said of a CSV, which has no place for it: a list in JSON.</summary>
    public const string WarningsHeader = "X-Warnings";

    private const int LongestNumber = 32;

    /// <summary>Characters of warnings that are told: servers in between take a few thousand bytes of headers.</summary>
    private const int LongestWarnings = 2000;

    private static readonly SearchValues<char> _quoted = SearchValues.Create(",\"\r\n");

    public static void Write(IBufferWriter<byte> writer, Forecast forecast)
    {
        Text(writer, "ts");
        foreach (var target in forecast.Targets)
            Text(writer, $",{Quoted(target)}");
        foreach (var interval in forecast.Intervals)
        {
            foreach (var target in forecast.Targets)
                Text(writer, $",{Quoted($"{target}_low_{interval.Level}")},{Quoted($"{target}_high_{interval.Level}")}");
        }

        for (var h = 0; h < forecast.Steps; h++)
        {
            writer.Write("\n"u8);
            writer.Advance(AnswerTime.Write(forecast.Step, forecast.At(h), writer.GetSpan(AnswerTime.Longest)));
            for (var m = 0; m < forecast.Targets.Count; m++)
                Number(writer, forecast.Values[0, h, m]);
            foreach (var interval in forecast.Intervals)
            {
                for (var m = 0; m < forecast.Targets.Count; m++)
                {
                    Number(writer, interval.Low[h, m]);
                    Number(writer, interval.High[h, m]);
                }
            }
        }

        writer.Write("\n"u8);
    }

    /// <summary>In ASCII, as a header must be.</summary>
    public static string Warnings(IReadOnlyList<string> warnings)
    {
        var (told, length) = (new List<string>(), 0);
        foreach (var warning in warnings)
        {
            var left = LongestWarnings - length;
            told.Add(warning.Length <= left ? warning : $"{warning[..left]}...");
            length += told[^1].Length;
            if (length >= LongestWarnings)
                break;
        }

        return JsonSerializer.Serialize(told);
    }

    private static string Quoted(string name) =>
        name.AsSpan().ContainsAny(_quoted) ? $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : name;

    private static void Text(IBufferWriter<byte> writer, string text) => Encoding.UTF8.GetBytes(text, writer);

    private static void Number(IBufferWriter<byte> writer, double value)
    {
        writer.Write(","u8);
        if (double.IsNaN(value))
            return;

        value.TryFormat(writer.GetSpan(LongestNumber), out var written, default, CultureInfo.InvariantCulture);
        writer.Advance(written);
    }
}
