using FLTS.Modules.Monitoring.Backtests;
using FLTS.Modules.Monitoring.Decisions;
using FLTS.Modules.Monitoring.Live;
using FLTS.Modules.Monitoring.Settings;
using FLTS.Modules.Monitoring.Shadows;
using FLTS.Modules.Registry.Steps;
using MassTransit;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FLTS.Modules.Monitoring;

/// <summary>Step 5: forecasts meet what came true.</summary>
internal sealed class MonitoringModule : IModule
{
    public string Name => "Monitoring";

    public JobQueue? Queue => new("monitoring", Workers: 2);

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(OptionsReading.Read<MonitoringOptions>(configuration.GetSection(MonitoringOptions.Section)));
        services.AddSingleton<SpanTurn>();
        services.AddSingleton<SpanRows>();
        services.AddSingleton<BacktestPlanner>();
        services.AddSingleton<BacktestService>();
        services.AddSingleton<BacktestRunner>();
        services.AddSingleton<InferenceLog>();
        services.AddStepWorkBeside(typeof(BacktestWork));
        services.AddSingleton<Baselines>();
        services.AddSingleton<MeasuredStations>();
        services.AddHostedService(p => p.GetRequiredService<MeasuredStations>());
        services.AddSingleton<LiveLooks>();
        services.AddMetrics<DriftMetrics>();
        services.AddSingleton<DriftActs>();
        services.AddSingleton<DriftReactions>();
        services.AddSingleton<LiveDecisions>();
        services.AddHostedService<SilentFeeds>();
        services.AddStepWorkBeside(typeof(BaselineWork));
        services.AddSingleton<LiveModels>();
        services.AddSingleton<LiveRows>();
        services.AddSingleton<LiveTurns>();
        services.AddSingleton<LiveCast>();
        services.AddSingleton<LiveService>();
        services.AddStepWorkBeside(typeof(LiveWork));
    }

    public void AddConsumers(IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<NewDataConsumer>();
        bus.AddConsumer<MeasuredConsumer>();
    }

    public void MapEndpoints(IEndpointRouteBuilder routes)
    {
        BacktestEndpoints.Map(routes);
        LiveEndpoints.Map(routes);
        DriftEndpoints.Map(routes);
        ShadowEndpoints.Map(routes);
    }
}
