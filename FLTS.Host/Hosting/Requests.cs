using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Net.Http.Headers;
using KestrelServerOptions = Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions;
using MinDataRate = Microsoft.AspNetCore.Server.Kestrel.Core.MinDataRate;

namespace FLTS.Host.Hosting;

/// <summary>What is taken of a request.</summary>
internal static class Requests
{
    /// <summary>Bytes of the largest body that is taken.</summary>
    public const long LargestBody = 64L << 20;

    private static readonly SearchValues<char> _controls =
        SearchValues.Create([.. Enumerable.Range(0, 256).Select(c => (char)c).Where(char.IsControl)]);

    /// <exception cref="InvalidInputException">A setting of the section <c>Requests</c> is wrong.</exception>
    public static WebApplicationBuilder AddFltsRequests(this WebApplicationBuilder builder)
    {
        var options = OptionsReading.Read<RequestsOptions>(builder.Configuration.GetSection(RequestsOptions.Section));
        var limits = new CallLimits(options);
        builder.Services.AddSingleton(limits).AddRateLimiter(limits.Configure);
        builder.WebHost.ConfigureKestrel(k => Configure(k, options));
        // A request is read, computed and answered on the thread that received it, where it finds nothing to wait for: each hand-over to
        // another thread costs as much as the arithmetic. What takes long computes on threads of its own anyway.
        builder.Services.Configure<SocketTransportOptions>(o => o.UnsafePreferInlineScheduling = true);
        builder.Services.AddSingleton<IMemoryPoolFactory<byte>, ReceiveBlocks>();
        // So that ProblemAnswers can say what is wrong with it.
        builder.Services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        return builder;
    }

    /// <summary>Behind what finds out who asks.</summary>
    public static void UseFltsCallLimits(this WebApplication app)
    {
        var limits = app.Services.GetRequiredService<CallLimits>();
        app.UseWhen(limits.AppliesTo, branch => branch.UseRateLimiter());
    }

    /// <summary>Refuses addresses and content types that no endpoint can take; what bodies hold is checked as they are read.</summary>
    public static void UseFltsRequests(this WebApplication app) => app.Use((context, next) =>
    {
        Check(context.Request);
        return next(context);
    });

    private static void Configure(KestrelServerOptions kestrel, RequestsOptions options)
    {
        var limits = kestrel.Limits;
        limits.MaxRequestBodySize = LargestBody;
        limits.MaxConcurrentConnections = options.Connections == 0 ? null : options.Connections;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(options.HeadSeconds);
        var slowest = options.BytesPerSecond == 0
            ? null
            : new MinDataRate(options.BytesPerSecond, TimeSpan.FromSeconds(options.GraceSeconds));
        limits.MinRequestBodyDataRate = slowest;
        limits.MinResponseDataRate = slowest;
        if (options.ConnectionsPerAddress > 0)
        {
            var held = new ConnectionLimit(options.ConnectionsPerAddress);
            kestrel.ConfigureEndpointDefaults(listen => listen.Use(held.Around));
        }
    }

    /// <exception cref="BadHttpRequestException">Says what is wrong.</exception>
    private static void Check(HttpRequest request)
    {
        if (HasControls(request.Path.Value)
            || (request.QueryString.HasValue && request.Query.Any(p => HasControls(p.Key) || p.Value.Any(HasControls))))
            throw new BadHttpRequestException("The address holds a control character (such as %00); there is nothing of such a name.");
        if (request.ContentType != "application/json"
            && request.HasJsonContentType()
            && MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && type.Charset is { HasValue: true, Value: { } charset }
            && !IsEncoding(charset.Trim('"')))
            throw new BadHttpRequestException(
                $"The content type '{request.ContentType}' names an encoding that is not known; send UTF-8.",
                StatusCodes.Status415UnsupportedMediaType);
    }

    private static bool HasControls(string? text) => text.AsSpan().ContainsAny(_controls);

    private static bool IsEncoding(string name)
    {
        try
        {
            _ = Encoding.GetEncoding(name);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
