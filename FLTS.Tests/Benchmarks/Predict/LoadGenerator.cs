using System.Buffers.Text;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FLTS.Benchmarks.Predict;

/// <summary>
/// The same request again and again over open connections, each with one request under way (closed loop). One thread, plain sockets and no
/// HTTP client, which would take as much of the processors as the server that is measured.
/// </summary>
internal sealed class LoadGenerator(IPEndPoint server, byte[] request)
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(1);

    /// <summary>What came of one run.</summary>
    /// <param name="Seconds">It took.</param>
    /// <param name="Latencies">Of each answer, in seconds, ascending.</param>
    /// <param name="Failed">Answers that were not 200.</param>
    /// <param name="CpuSeconds">The generator's own.</param>
    public sealed record Outcome(double Seconds, double[] Latencies, int Failed, double CpuSeconds)
    {
        public int Answers => Latencies.Length;

        public double PerSecond => Answers / Seconds;

        /// <summary>A quantile of the latencies in milliseconds.</summary>
        public double Milliseconds(double quantile) => 1000 * Latencies[Math.Min(Answers - 1, (int)(quantile * Answers))];
    }

    /// <summary>Asks for so long over so many connections, then waits for the last answers.</summary>
    public Outcome Run(int connections, TimeSpan duration)
    {
        var all = Enumerable.Range(0, connections).Select(_ => new Connection(server)).ToDictionary(c => c.Socket);
        try
        {
            var (latencies, failed, under) = (new List<double>(1 << 20), 0, new List<Socket>(all.Keys));
            var (began, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            foreach (var connection in all.Values)
                connection.Ask(request);

            var ready = new List<Socket>(connections);
            while (under.Count > 0)
            {
                ready.Clear();
                ready.AddRange(under);
                if (connections > 1) // One alone waits in its own receive.
                    Socket.Select(ready, null, null, _patience);
                if (ready.Count == 0)
                    throw new TimeoutException($"No answer came within {_patience}.");

                foreach (var socket in ready)
                {
                    var connection = all[socket];
                    if (connection.Receive() is not { } answer)
                        continue;

                    latencies.Add(answer.Seconds);
                    failed += answer.IsGood ? 0 : 1;
                    if (Stopwatch.GetElapsedTime(began) < duration)
                        connection.Ask(request);
                    else
                        under.Remove(socket);
                }
            }

            var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
            return new Outcome(seconds, [.. latencies.Order()], failed, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
        }
        finally
        {
            foreach (var connection in all.Values)
                connection.Dispose();
        }
    }

    private sealed class Connection : IDisposable
    {
        private byte[] _buffer = new byte[1 << 14];
        private int _filled;
        private long _asked;

        public Connection(IPEndPoint server)
        {
            Socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            Socket.Connect(server);
        }

        public Socket Socket { get; }

        public void Ask(byte[] request)
        {
            _filled = 0;
            _asked = Stopwatch.GetTimestamp();
            Socket.Send(request);
        }

        /// <summary>Reads what is there; null: the answer is not whole yet.</summary>
        public (double Seconds, bool IsGood)? Receive()
        {
            if (_filled == _buffer.Length)
                Array.Resize(ref _buffer, 2 * _buffer.Length);
            var read = Socket.Receive(_buffer.AsSpan(_filled));
            if (read == 0)
                throw new InvalidOperationException(
                    $"The server closed the connection after: {Encoding.ASCII.GetString(_buffer, 0, _filled)}");
            _filled += read;
            return IsWhole(_buffer.AsSpan(0, _filled))
                ? (Stopwatch.GetElapsedTime(_asked).TotalSeconds, _buffer.AsSpan().StartsWith("HTTP/1.1 200"u8))
                : null;
        }

        public void Dispose() => Socket.Dispose();

        private static bool IsWhole(ReadOnlySpan<byte> read)
        {
            var end = read.IndexOf("\r\n\r\n"u8);
            if (end < 0)
                return false;

            var length = "Content-Length: "u8;
            var at = read[..end].IndexOf(length);
            return at >= 0 && Utf8Parser.TryParse(read[(at + length.Length)..], out int body, out _)
                ? read.Length >= end + 4 + body
                : read.EndsWith("\r\n0\r\n\r\n"u8); // Chunked: the last chunk is empty.
        }
    }
}
