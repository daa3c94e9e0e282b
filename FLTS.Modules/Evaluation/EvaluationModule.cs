using FLTS.Modules.Registry.Steps;
using MassTransit;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FLTS.Modules.Evaluation;

/// <summary>Step 3: waits for the models, verifies, scores, promotes.</summary>
internal sealed class EvaluationModule : IModule
{
    public string Name => "Evaluation";

    public JobQueue? Queue => new("evaluation", Workers: 1);

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<StoreTries>();
        services.AddSingleton<CandidateVerifier>();
        services.AddSingleton<EvaluationStore>();
        services.AddSingleton<Assessor>();
        services.AddSingleton<PromotionAnnouncer>();
        services.AddSingleton<ManualStore>();
        services.AddSingleton<PromoteService>();
        services.AddSingleton<RollbackService>();
        services.AddStepWorkBeside(typeof(EvaluationModule));
    }

    public void AddConsumers(IBusRegistrationConfigurator bus) => bus.AddConsumer<RunSettledConsumer>();

    public void MapEndpoints(IEndpointRouteBuilder routes) => EvaluationEndpoints.Map(routes);
}
