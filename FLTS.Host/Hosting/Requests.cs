namespace FLTS.Host.Hosting;

/// <summary>What is taken of a request.</summary>
internal static class Requests
{
    /// <summary>Bytes of the largest body that is taken.</summary>
    public const long LargestBody = 64L << 20;

    public static WebApplicationBuilder AddFltsRequests(this WebApplicationBuilder builder)
    {
        builder.WebHost.ConfigureKestrel(k => k.Limits.MaxRequestBodySize = LargestBody);
        // So that ProblemAnswers can say what is wrong with it.
        builder.Services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        return builder;
    }
}
