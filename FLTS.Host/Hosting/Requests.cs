namespace FLTS.Host.Hosting;

/// <summary>What is taken of a request.</summary>
internal static class Requests
{
    /// <summary>Bytes of the largest body that is taken.</summary>
    public const long LargestBody = 64L << 20;

    public static WebApplicationBuilder AddFltsRequests(this WebApplicationBuilder builder)
    {
        builder.WebHost.ConfigureKestrel(k => k.Limits.MaxRequestBodySize = LargestBody);
        builder.Services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true); // So that ProblemAnswers can say what is wrong with it.
        return builder;
    }
}
