using MassTransit;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FLTS.Modules.Storage;

/// <summary>Objects: a folder, or an S3 server.</summary>
internal sealed class StorageModule : IModule
{
    public string Name => "Storage";

    public JobQueue? Queue => null;

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        var options = OptionsReading.Read<StorageOptions>(configuration.GetSection(StorageOptions.Section));
        var root = options.Root ?? Path.Combine(configuration["Data:Directory"] ?? "./data", "objects");
        if (options.IsS3)
        {
            services.Configure<StorageOptions>(configuration.GetSection(StorageOptions.Section));
            services.AddSingleton<S3Connection>();
            services.AddSingleton<IObjectStore, S3ObjectStore>();
        }
        else
        {
            services.AddSingleton<IObjectStore>(p => new FolderObjectStore(root, p.GetRequiredService<TimeProvider>()));
        }

        services.AddSingleton<IPart, ObjectStorePart>();
    }

    public void AddConsumers(IBusRegistrationConfigurator bus)
    {
        // Nothing to hear.
    }

    public void MapEndpoints(IEndpointRouteBuilder routes)
    {
        // Objects are reached through the Registry.
    }
}
