using System.Collections.Concurrent;

namespace FLTS.Tests.Host.Clients;

/// <summary>Passes calls on and keeps which they were.</summary>
internal sealed class CountedCalls(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private readonly ConcurrentDictionary<string, int> _made = new();

    public IEnumerable<string> Made => _made.Keys;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        _made.AddOrUpdate($"{request.Method} {request.RequestUri!.AbsolutePath}", 1, (_, n) => n + 1);
        return base.SendAsync(request, cancellationToken);
    }
}
