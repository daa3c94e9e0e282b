namespace FLTS.Host.Hosting;

/// <summary>
/// Whether a request asks this machine by a loopback name, and the server is bound to nothing else. Clients ask by the same name again and
/// again, and where the server is bound stays: both are worked out once.
/// </summary>
internal sealed class NearHosts(WebApplication app)
{
    private bool? _isLoopbackOnly;
    private string? _known;

    public bool Has(HostString host)
    {
        if (!(_isLoopbackOnly ??= Security.IsLoopbackOnly(app)))
            return false;
        if (_known is { } known && known == host.Value)
            return true;
        if (!Security.IsLoopbackName(host.Host))
            return false;

        _known = host.Value;
        return true;
    }
}
