using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Connections;

namespace FLTS.Host.Hosting;

/// <summary>Holds so many connections of one address; one more is closed before anything of it is read.</summary>
internal sealed class ConnectionLimit(int most)
{
    private readonly ConcurrentDictionary<string, int> _held = new(StringComparer.Ordinal);

    public ConnectionDelegate Around(ConnectionDelegate next) => async connection =>
    {
        var from = KeyGuesses.NameOf((connection.RemoteEndPoint as IPEndPoint)?.Address);
        try
        {
            if (_held.AddOrUpdate(from, 1, (_, held) => held + 1) <= most)
                await next(connection);
            else
                connection.Abort();
        }
        finally
        {
            if (_held.AddOrUpdate(from, 0, (_, held) => held - 1) == 0)
                _held.TryRemove(new(from, 0));
        }
    };
}
