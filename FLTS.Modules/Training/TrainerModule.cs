using FLTS.Modules.Registry.Steps;
using MassTransit;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace FLTS.Modules.Training;

/// <summary>What the trainer modules share: each is a queue with a worker and a consumer, over the one training flow.</summary>
internal abstract class TrainerModule<TConsumer> : IModule
    where TConsumer : class, IConsumer
{
    public abstract string Name { get; }

    /// <summary>One worker a module: the types train side by side, the runs of a type one after the other.</summary>
    public JobQueue? Queue => new(Name.ToLowerInvariant(), Workers: 1);

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        var options = OptionsReading.Read<TrainingOptions>(configuration.GetSection(TrainingOptions.Section));
        services.TryAddSingleton(options);
        services.TryAddSingleton(p => new Staging(configuration["Data:Directory"] ?? "./data"));
        services.TryAddSingleton<TrainingTurns>();
        services.AddMetrics<TrainingMetrics>();
        services.TryAddSingleton<SharedFits>();
        services.TryAddSingleton<TrainingMachine>();
        services.TryAddSingleton<EnsembleMembers>();
        services.TryAddSingleton<FitSources>();
        services.TryAddSingleton<QueuedRuns>();
        services.AddStepWorkBeside(typeof(TrainingService));
        services.AddHostedService<StagingSweep>();
    }

    public void AddConsumers(IBusRegistrationConfigurator bus) => bus.AddConsumer<TConsumer>();

    public void MapEndpoints(IEndpointRouteBuilder routes)
    {
        // Runs are read from the Registry and started by Pipeline.
    }
}
