using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace FLTS.Modules.Kit;

/// <summary>
/// Reads of a resource are answered by every process; its commands, mapped beside them, only by one that has the module which carries them
/// out.
/// </summary>
internal static class OptionalCommands
{
    /// <summary>True where this process has an implementation of the commands.</summary>
    public static bool Has<TCommands>(this IEndpointRouteBuilder routes) =>
        routes.ServiceProvider.GetRequiredService<IServiceProviderIsService>().IsService(typeof(TCommands));
}
