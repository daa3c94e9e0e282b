using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Trace;

namespace FLTS.Host.Hosting;

/// <summary>Traces by OTLP, where an address is set: requests, messages, jobs with what they do, and statements of PostgreSQL.</summary>
internal static class Traces
{
    private static readonly string[] _watched = ["/healthz", "/readyz", "/ready", "/predict_ping", "/metrics"];

    /// <exception cref="InvalidInputException">A setting of the section <c>Telemetry</c> is wrong.</exception>
    public static void AddFltsTraces(this OpenTelemetryBuilder telemetry, IConfiguration configuration)
    {
        var options = OptionsReading.Read<TelemetryOptions>(configuration.GetSection(TelemetryOptions.Section));
        var isSet = options.OtlpEndpoint is { Length: > 0 };
        if (!isSet && configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is not { Length: > 0 })
            return;

        telemetry.WithTracing(tracing => tracing
            .SetSampler(new TraceSampler(options.SampleRatio))
            .AddAspNetCoreInstrumentation(o => o.Filter = c => !_watched.Contains(c.Request.Path.Value))
            .AddSource(FltsTelemetry.Name, "MassTransit", "Npgsql")
            .AddOtlpExporter(exporter =>
            {
                if (!isSet)
                    return;

                var isHttp = options.OtlpProtocol == TelemetryOptions.Http;
                exporter.Protocol = isHttp ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
                exporter.Endpoint = new Uri(isHttp ? $"{options.OtlpEndpoint!.TrimEnd('/')}/v1/traces" : options.OtlpEndpoint!);
            }));
    }
}
