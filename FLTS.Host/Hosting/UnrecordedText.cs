using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace FLTS.Host.Hosting;

/// <summary>
/// Puts the series of histograms of which nothing was recorded yet, as 0, into what the exporter of the instruments writes: without them
/// the first thing that is recorded would be no increase of anything.
/// </summary>
internal static class UnrecordedText
{
    private const string Type = "# TYPE ";

    /// <param name="exported">In Prometheus' text format or OpenMetrics, without an end.</param>
    /// <param name="histograms">Those that there are.</param>
    public static string With(string exported, IEnumerable<HistogramSeries> histograms)
    {
        var text = new StringBuilder(exported);
        foreach (var histogram in histograms)
        {
            var series = Labels(histogram).Where(labels => !IsRecorded(exported, histogram.Name, labels)).Select(l => Zero(histogram, l));
            var zeros = string.Concat(series);
            if (zeros.Length == 0)
                continue;

            // The lines of a histogram stand together.
            var all = text.ToString();
            if (all.IndexOf($"{Type}{histogram.Name} ", StringComparison.Ordinal) is var own and >= 0)
                text.Insert(all.IndexOf(Type, own + Type.Length, StringComparison.Ordinal) is var next and >= 0 ? next : all.Length, zeros);
            else
                text.Append($"{Type}{histogram.Name} histogram\n# HELP {histogram.Name} {histogram.Help}\n").Append(zeros);
        }

        return text.ToString();
    }

    private static IEnumerable<string> Labels(HistogramSeries histogram) =>
        histogram.Label is { } label ? histogram.Known.Select(value => $"{label}=\"{value}\"") : [""];

    private static bool IsRecorded(string exported, string name, string labels) =>
        Regex.IsMatch(exported, $@"^{name}_count(\{{[^}}]*{Regex.Escape(labels)}[^}}]*\}})? ", RegexOptions.Multiline)
        && (labels.Length == 0 || exported.Contains(labels, StringComparison.Ordinal));

    private static string Zero(HistogramSeries histogram, string labels)
    {
        var (before, whole) = labels.Length > 0 ? (labels + ",", $"{{{labels}}}") : ("", "");
        var buckets = histogram.Bounds.Select(b => b.ToString(CultureInfo.InvariantCulture)).Append("+Inf")
            .Select(bound => $"{histogram.Name}_bucket{{{before}le=\"{bound}\"}} 0\n");
        return $"{string.Concat(buckets)}{histogram.Name}_sum{whole} 0\n{histogram.Name}_count{whole} 0\n";
    }
}
