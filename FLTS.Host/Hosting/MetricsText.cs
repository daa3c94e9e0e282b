using System.Globalization;
using System.Text;

namespace FLTS.Host.Hosting;

/// <summary>
/// Completes what the exporter of the instruments writes, in Prometheus' text format: with gauges that live in rows, with how each
/// part is, and with histograms of which nothing was recorded yet.
/// </summary>
internal static class MetricsText
{
    /// <summary>How OpenMetrics ends; the older format has no end.</summary>
    private const string End = "# EOF\n";

    /// <summary>Around the exporter.</summary>
    public static async Task CompleteAsync(HttpContext context, RequestDelegate exporter)
    {
        var histograms = context.RequestServices.GetRequiredService<Histograms>();
        IReadOnlyList<RowGauge> gauges =
        [
            .. await context.RequestServices.GetRequiredService<IRowGauges>().ReadAsync(context.RequestAborted),
            await context.RequestServices.GetRequiredService<PartStates>().GaugeAsync(context.RequestAborted),
        ];
        var answer = context.Response.Body;

        // The exporter would answer compressed bytes to who takes them, and Prometheus does: no text to complete.
        context.Request.Headers.AcceptEncoding = default;
        using var exported = new MemoryStream();
        context.Response.Body = exported;
        try
        {
            await exporter(context);
        }
        finally
        {
            context.Response.Body = answer;
        }

        var text = Encoding.UTF8.GetString(exported.GetBuffer(), 0, (int)exported.Length);
        if (context.Response.StatusCode == StatusCodes.Status200OK)
            text = With(text, histograms.All, gauges);

        await answer.WriteAsync(Encoding.UTF8.GetBytes(text), context.RequestAborted);
    }

    private static string With(string exported, IEnumerable<HistogramSeries> histograms, IEnumerable<RowGauge> gauges)
    {
        var hasEnd = exported.EndsWith(End, StringComparison.Ordinal);
        var text = new StringBuilder(UnrecordedText.With(hasEnd ? exported[..^End.Length] : exported, histograms));
        foreach (var gauge in gauges)
        {
            text.Append(CultureInfo.InvariantCulture, $"# TYPE {gauge.Name} gauge\n# HELP {gauge.Name} {gauge.Help}\n");
            foreach (var (labels, value) in gauge.Series)
            {
                text.Append(gauge.Name).Append('{')
                    .AppendJoin(',', labels.Select(l => $"{l.Label}=\"{Escaped(l.Value)}\""))
                    .Append(CultureInfo.InvariantCulture, $"}} {value:R}\n");
            }
        }

        return (hasEnd ? text.Append(End) : text).ToString();
    }

    private static string Escaped(string value) => value
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal);
}
