using System.Buffers.Text;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FLTS.Benchmarks.Predict;

/// <summary>
/// The same request again and again over open connections, each with one request under way (closed loop), by sockets alone: an HTTP client
/// would take as much of the processors as the server that is measured.
/// </summary>
internal sealed class LoadGenerator(IPEndPoint server, byte[] request)
{
    private static ReadOnlySpan<byte> LengthHeader => "Content-Length: "u8;

    /// <summary>What came of one run.</summary>
    /// <param name="Seconds">It took.</param>
    /// <param name="Latencies">Of each answer, in seconds, ascending.</param>
    /// <param name="Failed">Answers that were not 200.</param>
    public sealed record Outcome(double Seconds, double[] Latencies, int Failed)
    {
        public double PerSecond => Latencies.Length / Seconds;

        /// <summary>A quantile of the latencies in milliseconds.</summary>
        public double Milliseconds(double quantile) =>
            Latencies.Length == 0 ? double.NaN : 1000 * Latencies[Math.Min(Latencies.Length - 1, (int)(quantile * Latencies.Length))];
    }

    /// <summary>Asks for so long over so many connections.</summary>
    public async Task<Outcome> RunAsync(int connections, TimeSpan duration)
    {
        var began = Stopwatch.GetTimestamp();
        var all = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(() => AskAsync(began, duration))));
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        return new Outcome(seconds, [.. all.SelectMany(a => a.Latencies).Order()], all.Sum(a => a.Failed));
    }

    private async Task<(List<double> Latencies, int Failed)> AskAsync(long began, TimeSpan duration)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server);
        var (latencies, failed, buffer) = (new List<double>(), 0, new byte[1 << 20]);
        while (Stopwatch.GetElapsedTime(began) < duration)
        {
            var asked = Stopwatch.GetTimestamp();
            await socket.SendAsync(request);
            if (!await AnsweredAsync(socket, buffer))
                failed++;
            latencies.Add(Stopwatch.GetElapsedTime(asked).TotalSeconds);
        }

        return (latencies, failed);
    }

    /// <summary>Reads one answer whole; whether it is 200.</summary>
    private static async Task<bool> AnsweredAsync(Socket socket, byte[] buffer)
    {
        var (filled, total) = (0, int.MaxValue);
        while (filled < total)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(filled));
            if (read == 0)
                throw new InvalidOperationException($"The server closed the connection after: {Encoding.ASCII.GetString(buffer, 0, filled)}");
            filled += read;
            if (total == int.MaxValue)
                total = TotalLength(buffer.AsSpan(0, filled));
        }

        return buffer.AsSpan(0, filled).StartsWith("HTTP/1.1 200"u8);
    }

    /// <summary>Head and body together; <see cref="int.MaxValue"/> while the head is not whole.</summary>
    private static int TotalLength(ReadOnlySpan<byte> read)
    {
        var end = read.IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return int.MaxValue;
        var at = read[..end].IndexOf(LengthHeader);
        if (at >= 0 && Utf8Parser.TryParse(read[(at + LengthHeader.Length)..], out int length, out _))
            return end + 4 + length;

        // Chunked: the last chunk is empty.
        return read.EndsWith("\r\n0\r\n\r\n"u8) ? read.Length : int.MaxValue;
    }
}
