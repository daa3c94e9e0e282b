using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Compact;

namespace FLTS.Host.Hosting;

/// <summary>Logs as JSON lines, metrics for Prometheus, traces by OTLP where an endpoint is set.</summary>
internal static class Telemetry
{
    /// <param name="builder">The host's builder.</param>
    /// <param name="settings">Says where the data folder is.</param>
    /// <param name="jsonToConsole">JSON on standard output (containers), as <c>Logging:Console</c> <c>json</c> asks for too; else into
    /// <c>logs/</c> of the data folder, and the console is for people.</param>
    public static WebApplicationBuilder AddFltsTelemetry(this WebApplicationBuilder builder, HostSettings settings, bool jsonToConsole)
    {
        var toConsole = jsonToConsole || builder.Configuration["Logging:Console"] == "json";
        builder.Logging.ClearProviders();
        builder.Services.AddSerilog(
            logging =>
            {
                logging.MinimumLevel.Information()
                    .MinimumLevel.Override("Microsoft.AspNetCore", LogEventLevel.Warning)
                    .MinimumLevel.Override("Microsoft.EntityFrameworkCore", LogEventLevel.Warning)
                    .MinimumLevel.Override("Microsoft.Hosting", LogEventLevel.Warning)
                    .MinimumLevel.Override("Hangfire", LogEventLevel.Warning)
                    .MinimumLevel.Override("MassTransit", LogEventLevel.Warning)
                    .ReadFrom.Configuration(builder.Configuration)
                    .Enrich.FromLogContext()
                    .Enrich.With<EventNameEnricher>()
                    .Enrich.With<LongTextIsCut>();
                if (toConsole)
                    logging.WriteTo.Console(new RenderedCompactJsonFormatter());
                else
                    ToFile(logging, settings);
            },
            preserveStaticLogger: true); // Hosts of one process each have their own.
        builder.Services.AddOpenTelemetry().ConfigureResource(r => r.AddService("flts")).WithMetrics(metrics => metrics
            .AddMeter(FltsTelemetry.MeterOf("*"))
            .AddMeter("Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel") // Others count what each request does inside.
            .AddRuntimeInstrumentation()
            .AddPrometheusExporter(o => o.ScopeInfoEnabled = false))
            .AddFltsTraces(builder.Configuration);
        return builder;
    }

    /// <summary>Into the data folder. Processes that share a database may share it: one at a time writes a line.</summary>
    public static LoggerConfiguration ToFile(LoggerConfiguration logging, HostSettings settings) => logging.WriteTo.File(
        new RenderedCompactJsonFormatter(),
        Path.Combine(settings.DataDirectory, "logs", "flts-.json"),
        rollingInterval: RollingInterval.Day,
        fileSizeLimitBytes: 100 << 20,
        rollOnFileSizeLimit: true,
        retainedFileCountLimit: 10,
        shared: !settings.IsEmbedded);

    public static void MapFltsMetrics(this IEndpointRouteBuilder routes) =>
        routes.MapPrometheusScrapingEndpoint(
            "/metrics", meterProvider: null, branch => branch.Use(MetricsText.CompleteAsync), optionsName: null)
            .RequireRole(Roles.Read).WithCallsOf(CallKind.Watch);

    /// <summary>Log events are known by name: <c>event</c>, as API.md lists them.</summary>
    private sealed class EventNameEnricher : ILogEventEnricher
    {
        public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
        {
            if (logEvent.Properties.TryGetValue("EventId", out var id) && id is StructureValue { Properties: var parts }
                && parts.FirstOrDefault(p => p.Name == "Name")?.Value is ScalarValue { Value: string name }
                && char.IsLower(name[0]))
            {
                logEvent.AddOrUpdateProperty(propertyFactory.CreateProperty("event", name));
            }

            logEvent.RemovePropertyIfPresent("EventId");
        }
    }
}
