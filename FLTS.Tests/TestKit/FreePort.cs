using System.Net;
using System.Net.Sockets;

namespace FLTS.Tests.TestKit;

internal static class FreePort
{
    /// <summary>
    /// Below those that the kernel gives to outgoing connections and to whoever binds to 0: between being given and being listened to, none
    /// of them is taken.
    /// </summary>
    private const int First = 20_000, Last = 31_999;

    private static readonly Lock _gate = new();
    private static readonly HashSet<int> _given = [];

    /// <summary>Somewhere else in each process: of two that run at once neither takes the other's.</summary>
    private static int _next = Random.Shared.Next(First, 30_000);

    /// <summary>A port of 127.0.0.1 nobody listens on, given to nobody else in this process.</summary>
    public static int Next()
    {
        lock (_gate)
        {
            while (true)
            {
                var port = _next;
                _next = port == Last ? First : port + 1;
                if (!_given.Add(port))
                    throw new InvalidOperationException("Every port has been given.");
                if (IsFree(port))
                    return port;
            }
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
