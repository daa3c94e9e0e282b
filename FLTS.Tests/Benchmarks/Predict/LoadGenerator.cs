using System.Buffers.Text;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FLTS.Benchmarks.Predict;

/// <summary>
/// Requests over open connections, the same again and again or each another one: each connection asks again as soon as it has its answer
/// (closed loop), or they ask in turn at a rate whatever is answered (open loop). One thread, plain sockets and no HTTP client, which would
/// take as much of the processors as the server that is measured.
/// </summary>
/// <param name="server">Asked.</param>
/// <param name="request">The request of a number, from 0.</param>
internal sealed class LoadGenerator(IPEndPoint server, Func<long, byte[]> request)
{
    public LoadGenerator(IPEndPoint server, byte[] request)
        : this(server, _ => request)
    {
    }

    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(1);

    /// <summary>What came of one run.</summary>
    /// <param name="Seconds">It took.</param>
    /// <param name="Latencies">Of each answer that was 200, in seconds, ascending.</param>
    /// <param name="Statuses">How many answers had each.</param>
    /// <param name="CpuSeconds">The generator's own.</param>
    public sealed record Outcome(double Seconds, double[] Latencies, IReadOnlyDictionary<int, int> Statuses, double CpuSeconds)
    {
        public int Answers => Statuses.Values.Sum();

        public int Failed => Answers - Latencies.Length;

        public double PerSecond => Answers / Seconds;

        public LoadSummary Summary => new(
            Seconds, Answers, Failed, Milliseconds(0.5), Milliseconds(0.99), Milliseconds(0.999), CpuSeconds);

        /// <summary>A quantile of the latencies in milliseconds.</summary>
        public double Milliseconds(double quantile) =>
            1000 * Latencies[Math.Min(Latencies.Length - 1, (int)(quantile * Latencies.Length))];
    }

    /// <summary>Asks for so long over so many connections, then waits for the last answers.</summary>
    /// <param name="connections">Each has at most one request under way.</param>
    /// <param name="duration">No request is sent after it.</param>
    /// <param name="perSecond">
    /// Open loop: requests sent a second, as long as a connection is free; latencies count from when they were due. 0: closed loop.
    /// </param>
    public Outcome Run(int connections, TimeSpan duration, double perSecond = 0)
    {
        var all = Enumerable.Range(0, connections).Select(_ => new Connection(server)).ToDictionary(c => c.Socket);
        try
        {
            var (latencies, statuses) = (new List<double>(1 << 16), new Dictionary<int, int>());
            var (idle, ready) = (new Queue<Connection>(all.Values), new List<Socket>(connections));
            var (began, cpu, sent) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime, 0L);
            while (true)
            {
                var now = Stopwatch.GetElapsedTime(began);
                for (; idle.Count > 0 && now < duration && Due(sent) <= now; sent++)
                    idle.Dequeue().Ask(request(sent), perSecond > 0 ? began + (long)(Due(sent).TotalSeconds * Stopwatch.Frequency) : null);
                if (idle.Count == connections && now >= duration)
                    break;

                Wait(now);
                foreach (var socket in ready)
                {
                    if (all[socket].Receive() is not { } answer)
                        continue;

                    statuses[answer.Status] = statuses.GetValueOrDefault(answer.Status) + 1;
                    if (answer.Status == 200)
                        latencies.Add(answer.Seconds);
                    idle.Enqueue(all[socket]);
                }
            }

            var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
            return new Outcome(seconds, [.. latencies.Order()], statuses, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);

            TimeSpan Due(long number) => perSecond > 0 ? TimeSpan.FromSeconds(number / perSecond) : TimeSpan.Zero;

            void Wait(TimeSpan now)
            {
                ready.Clear();
                foreach (var connection in all.Values)
                {
                    if (connection.IsAsked)
                        ready.Add(connection.Socket);
                }

                var next = idle.Count > 0 && now < duration ? Due(sent) - now : _patience;
                if (ready.Count == 0)
                    Thread.Sleep(next);
                else if (connections > 1) // One alone waits in its own receive.
                    Socket.Select(ready, null, null, next);
                if (ready.Count == 0 && next == _patience)
                    throw new TimeoutException($"No answer came within {_patience}.");
            }
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

        /// <summary>An answer is to come.</summary>
        public bool IsAsked { get; private set; }

        public void Ask(byte[] request, long? due)
        {
            (_filled, IsAsked) = (0, true);
            _asked = due ?? Stopwatch.GetTimestamp();
            Socket.Send(request);
        }

        /// <summary>Reads what is there; null: the answer is not whole yet.</summary>
        public (double Seconds, int Status)? Receive()
        {
            if (_filled == _buffer.Length)
                Array.Resize(ref _buffer, 2 * _buffer.Length);
            var read = Socket.Receive(_buffer.AsSpan(_filled));
            if (read == 0)
                throw new InvalidOperationException(
                    $"The server closed the connection after: {Encoding.ASCII.GetString(_buffer, 0, _filled)}");
            _filled += read;
            if (!IsWhole(_buffer.AsSpan(0, _filled)))
                return null;

            IsAsked = false;
            _ = Utf8Parser.TryParse(_buffer.AsSpan("HTTP/1.1 ".Length), out int status, out _);
            return (Stopwatch.GetElapsedTime(_asked).TotalSeconds, status);
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
