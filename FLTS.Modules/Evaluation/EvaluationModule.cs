using FLTS.Modules.Evaluation.Promotion;
using FLTS.Modules.Evaluation.Scoring;
using FLTS.Modules.Registry.Ledger;
using FLTS.Modules.Registry.Steps;
using MassTransit;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace FLTS.Modules.Evaluation;

/// <summary>Step 3: waits for the models, verifies, scores, promotes.</summary>
internal sealed class EvaluationModule : IModule
{
    public string Name => "Evaluation";

    /// <summary>Workers enough to know who waits: how many work at once, and in which order, is the lanes' to say.</summary>
    public JobQueue? Queue => new("evaluation", Workers: Math.Max(8, 2 * Environment.ProcessorCount));

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(new EvaluationLanes(Math.Max(2, Environment.ProcessorCount)));
        services.AddSingleton<StoreTries>();
        services.AddSingleton<CandidateVerifier>();
        services.TryAddSingleton<SharedFits>();
        services.AddSingleton<Assessor>();
        services.AddMetrics<PromotionMetrics>();
        services.AddSingleton<PromotionAnnouncer>();
        services.AddSingleton<CorruptRuns>();
        services.AddSingleton<RequestAssessor>();
        services.AddSingleton<PipelineTurns>();
        services.AddSingleton<PromoteService>();
        services.AddSingleton<RollbackService>();
        services.AddSingleton<IPromotionCommands, PromotionCommands>();
        services.AddStepWorkBeside(typeof(EvaluationModule));
    }

    public void AddConsumers(IBusRegistrationConfigurator bus) => bus.AddConsumer<RunSettledConsumer>();

    public void MapEndpoints(IEndpointRouteBuilder routes)
    {
        // Its commands are mapped beside the reads of promotions and champions, by Registry.
    }
}
