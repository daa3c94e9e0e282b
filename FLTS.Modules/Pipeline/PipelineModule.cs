using FLTS.Modules.Pipeline.Retention;
using FLTS.Modules.Pipeline.Schedules;
using FLTS.Modules.Registry.Pipelines;
using FLTS.Modules.Registry.Runs;
using MassTransit;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FLTS.Modules.Pipeline;

/// <summary>Starts pipelines, tells their state, and looks after them (the Reconciler).</summary>
internal sealed class PipelineModule : IModule
{
    public string Name => "Pipeline";

    public JobQueue? Queue => null;

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        var read = OptionsReading.Read<PipelineOptions>(configuration.GetSection(PipelineOptions.Section));
        var options = read with
        {
            ExpectedModelTypes = [.. SettingList.Texts(configuration, $"{PipelineOptions.Section}:{nameof(read.ExpectedModelTypes)}")],
        };
        SettingNames.RefuseOthers(
            configuration.GetSection(PipelinePlanner.ModelsSection), [.. ForecasterCatalog.All.Select(f => f.ModelType)]);

        // What cannot be used is said at the start, not by every request.
        _ = EvaluationPolicy.Parse(ConfigurationJson.Read(configuration, "Evaluation"));
        services.AddSingleton(options);
        services.AddSingleton<SourceSizes>();
        services.AddSingleton<PipelinePlanner>();
        services.AddSingleton<PipelineService>();
        services.AddSingleton<IScheduledPipelines>(p => p.GetRequiredService<PipelineService>());
        services.AddSingleton<IRetraining>(p => p.GetRequiredService<PipelineService>());
        services.AddSchedules(
            ScheduleSettings.Read(ConfigurationJson.Read(configuration, ScheduleSettings.Section), r => _ = PipelineRequest.Parse(r)),
            new ScheduleLimits(TimeSpan.FromSeconds(options.ScheduleSeconds), options.MaxSchedules));
        services.AddSingleton<CancelService>();
        services.AddSingleton<RerunService>();
        services.AddSingleton<IReruns>(p => p.GetRequiredService<RerunService>());
        services.AddSingleton<IRunCommands, RunCommands>();
        services.AddSingleton<ReconcilerParts>();
        services.AddSingleton<Reconciler>();
        services.AddHostedService(p => p.GetRequiredService<Reconciler>());
        services.AddHostedService<PointerRepairLoop>();
        services.AddSingleton(OptionsReading.Read<RetentionOptions>(configuration.GetSection(RetentionOptions.Section)));
        services.AddSingleton<RetentionPlanner>();
        services.AddSingleton<RetentionService>();
        services.AddHostedService<RetentionLoop>();
    }

    public void AddConsumers(IBusRegistrationConfigurator bus)
    {
        // The Reconciler looks at the rows by itself: no message is needed.
    }

    public void MapEndpoints(IEndpointRouteBuilder routes)
    {
        PipelineEndpoints.Map(routes);
        ScheduleEndpoints.Map(routes);
        RetentionEndpoints.Map(routes);
    }
}
