using Microsoft.AspNetCore.Routing;

namespace FLTS.Modules.Registry;

/// <summary>What the registry shows.</summary>
internal static class RegistryEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
    }
}
