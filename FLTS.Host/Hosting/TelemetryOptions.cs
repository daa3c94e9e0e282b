using System.ComponentModel.DataAnnotations;

namespace FLTS.Host.Hosting;

/// <summary>
/// Section <c>Telemetry</c>: where traces go. What else the exporter understands (<c>OTEL_EXPORTER_OTLP_*</c>) counts, too.
/// </summary>
internal sealed record TelemetryOptions : ICheckedTogether
{
    public const string Section = "Telemetry";

    public const string Grpc = "grpc";
    public const string Http = "http/protobuf";

    /// <summary>
    /// Address of a collector, such as <c>http://collector:4317</c>; null (default): <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says it, and where
    /// that is not set either, nothing is traced.
    /// </summary>
    public string? OtlpEndpoint { get; init; }

    /// <summary>
    /// <c>grpc</c> (default) or <c>http/protobuf</c>, to <c>/v1/traces</c> of that address; with <see cref="OtlpEndpoint"/>.
    /// </summary>
    [AllowedValues(Grpc, Http)]
    public string OtlpProtocol { get; init; } = Grpc;

    /// <summary>Share of the traces that are taken; what is linked with one that is taken is, too. 0 to 1, default 1.</summary>
    [Range(0.0, 1.0)]
    public double SampleRatio { get; init; } = 1;

    public void CheckTogether()
    {
        if (OtlpEndpoint is { Length: > 0 } endpoint
            && !(Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
            throw new InvalidInputException(
                $"{Section}:{nameof(OtlpEndpoint)} is '{endpoint}'; it must be the URL of a collector, such as http://collector:4317.");
    }
}
