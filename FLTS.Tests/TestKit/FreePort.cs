using System.Net;
using System.Net.Sockets;

namespace FLTS.Tests.TestKit;

internal static class FreePort
{
    private static readonly Lock _gate = new();
    private static readonly HashSet<int> _given = [];

    /// <summary>A port of 127.0.0.1 nobody listens on, given to nobody else in this process.</summary>
    public static int Next()
    {
        lock (_gate)
        {
            int port;
            do
            {
                using var listener = new TcpListener(IPAddress.Loopback, 0);
                listener.Start();
                port = ((IPEndPoint)listener.LocalEndpoint).Port;
            }
            while (!_given.Add(port));

            return port;
        }
    }
}
