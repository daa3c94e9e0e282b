using FLTS.Modules.Registry.Steps;
using MassTransit;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FLTS.Modules.Preprocessing;

/// <summary>Step 1: takes, shows and prepares source CSVs.</summary>
internal sealed class PreprocessingModule : IModule
{
    public string Name => "Preprocessing";

    public JobQueue? Queue => new("preprocessing", Workers: 1);

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        var options = configuration.GetSection(DatasetOptions.Section).Get<DatasetOptions>() ?? new DatasetOptions();
        options.Validate();
        services.AddSingleton(options);
        services.AddSingleton<ReadingTurn>();
        services.AddSingleton<SourceReader>();
        services.AddSingleton<SourceUpload>();
        services.AddSingleton<RowAppender>();
        services.AddSingleton<DatasetInsight>();
        services.AddSingleton<DatasetBuilder>();
        services.AddStepWorkBeside(typeof(PreprocessingModule));
    }

    public void AddConsumers(IBusRegistrationConfigurator bus)
    {
        // Pipeline queues the work; nothing has to be heard.
    }

    public void MapEndpoints(IEndpointRouteBuilder routes) => DatasetEndpoints.Map(routes);
}
