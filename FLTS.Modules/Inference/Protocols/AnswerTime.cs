using System.Globalization;
using System.Text;
using FLTS.Forecasting.Series;

namespace FLTS.Modules.Inference.Protocols;

/// <summary>Times of answers, as <see cref="SeriesStep.Show"/> shows them.</summary>
internal static class AnswerTime
{
    /// <summary>Bytes of the longest.</summary>
    public const int Longest = 64;

    /// <returns>Bytes written.</returns>
    public static int Write(SeriesStep step, DateTime time, Span<byte> into) =>
        step.Clock is null
        && time.Ticks % TimeSpan.TicksPerSecond == 0
        && time.TryFormat(into, out var written, "s", CultureInfo.InvariantCulture)
            ? written
            : Encoding.UTF8.GetBytes(step.Show(time), into);
}
