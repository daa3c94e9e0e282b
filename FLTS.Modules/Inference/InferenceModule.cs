using FLTS.Modules.Inference.Batching;
using FLTS.Modules.Inference.Models;
using FLTS.Modules.Inference.Protocols;
using FLTS.Modules.Inference.Settings;
using FLTS.Modules.Inference.Windows;
using MassTransit;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FLTS.Modules.Inference;

/// <summary>Step 4: loads champions, swaps them, answers.</summary>
internal sealed class InferenceModule : IModule
{
    public string Name => "Inference";

    public JobQueue? Queue => null;

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        var options = OptionsReading.Read<InferenceOptions>(configuration.GetSection(InferenceOptions.Section));
        services.AddSingleton(options);
        services.AddSingleton(_ => new ModelSlots((long)options.ModelMemoryMb << 20));
        services.AddSingleton<IServingState, ServingState>();
        services.AddSingleton<LoggedTail>();
        services.AddSingleton<NewestRows>();
        services.AddSingleton<IntervalLook>();
        services.AddSingleton<ServedModelLoader>();
        services.AddSingleton<ChampionLoads>();
        services.AddSingleton(p => ActivatorUtilities.CreateInstance<ServedRecords>(
            p, Path.Combine(configuration["Data:Directory"] ?? "./data", "cache", "served.json")));
        services.AddSingleton<WindowReader>();
        services.AddSingleton<AnswerSize>();
        services.AddSingleton<AnswerWriter>();
        services.AddSingleton<PredictQueue>();
        services.AddMetrics<InferenceMetrics>();
        services.AddSingleton<PredictService>();
        services.AddSingleton<INextSteps, NextSteps>();
        services.AddSingleton<ModelRefresher>();
        services.AddHostedService(p => p.GetRequiredService<ModelRefresher>());
    }

    /// <summary>Every process that serves must hear of a promotion: a queue of its own, gone with the process.</summary>
    public void AddConsumers(IBusRegistrationConfigurator bus) => bus.AddConsumer<ModelSelectedConsumer>().Endpoint(e =>
    {
        e.Temporary = true;
        e.InstanceId = $"-{Guid.NewGuid():N}";
    });

    public void MapEndpoints(IEndpointRouteBuilder routes)
    {
        PredictEndpoints.Map(routes);
    }
}
