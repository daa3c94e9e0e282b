using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using FLTS.Modules.Inference.Models;
using FLTS.Modules.Registry.Artifacts;
using FLTS.Tests.Host;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace FLTS.Tests.Inference;

/// <summary>What a forecast costs beside the arithmetic: rubbish is what a server under load stops for.</summary>
[TestFixture, NonParallelizable]
internal sealed class AllocationTests
{
    private const int Columns = 11, Rows = 30, Requests = 2000;

    [Test]
    public async Task A_request_of_thirty_rows_of_eleven_columns_and_one_step_leaves_little_behind()
    {
        await using var host = await RunningHost.StartAsync(settings: new Dictionary<string, string?>
        {
            ["Pipeline:ReconcileSeconds"] = "3600",
            ["Inference:RefreshSeconds"] = "3600",
        });
        await host.App.Services.GetRequiredService<IStartupGate>().OpenedAsync(default);
        host.App.Services.GetRequiredService<ModelSlots>().Swap(Model());
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(new IPEndPoint(IPAddress.Loopback, host.Http.BaseAddress!.Port));
        var (request, answer) = (Request(), new byte[1 << 16]);
        Assert.That(Ask(socket, request, answer), Does.StartWith("HTTP/1.1 200").And.Contain("\"predictions\""));
        Send(socket, request, answer, Requests);

        var before = GC.GetTotalAllocatedBytes(precise: true);
        Send(socket, request, answer, Requests);
        var each = (GC.GetTotalAllocatedBytes(precise: true) - before) / Requests;

        TestContext.Out.WriteLine($"{each} bytes a request");
        Assert.That(each, Is.LessThan(4096));
    }

    private static void Send(Socket socket, byte[] request, byte[] answer, int count)
    {
        for (var i = 0; i < count; i++)
        {
            socket.Send(request);
            var read = 0;
            while (read == 0 || answer[read - 1] != '}')
                read += socket.Receive(answer.AsSpan(read));
        }
    }

    private static string Ask(Socket socket, byte[] request, byte[] answer)
    {
        Send(socket, request, answer, 1);
        return Encoding.UTF8.GetString(answer).TrimEnd('\0');
    }

    private static byte[] Request()
    {
        var random = new Random(1);
        var times = string.Join(',', Enumerable.Range(0, Rows).Select(i => $"\"2026-02-01T00:{i:00}:00\""));
        var columns = Enumerable.Range(0, Columns).Select(c => $"\"c{c}\":[{string.Join(',', Numbers())}]");
        var body = $"{{\"data\":{{\"ts\":[{times}],{string.Join(',', columns)}}},\"inference_length\":1}}";
        return Encoding.UTF8.GetBytes(
            $"POST /predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");

        IEnumerable<string> Numbers() =>
            Enumerable.Range(0, Rows).Select(_ => (1e8 * random.NextDouble()).ToString(CultureInfo.InvariantCulture));
    }

    private static ServedModel Model()
    {
        var header = $"time,{string.Join(',', Enumerable.Range(0, Columns).Select(c => $"c{c}"))}\n";
        var rows = Enumerable.Range(0, 400).Select(i =>
            $"{DatasetClient.At(i)},{string.Join(',', Enumerable.Range(0, Columns).Select(c => (i * (c + 1)) % 97))}\n");
        var meta = WatchedModel.Prepare("wide", header + string.Concat(rows), new string('a', 64)).Meta;
        var manifest = new ArtifactManifest(
            new("run-1"), 1, "NAIVE", new(meta.ConfigHash), new("params"), new("wide"), [], meta.Columns, meta.Targets, 10, 1,
            meta.Step.Duration.TotalSeconds, false, null, null, new GoldenPrediction(0, [], 0), null, new Dictionary<string, string>(), []);
        var loaded = new LoadedModel(manifest, new WatchedForecaster(manifest.Signature(), 0.5, null), meta.Scaler, meta.Config);
        return new ServedModel(new("wide"), 1, loaded, new StartingRows(null, null, null, null, -1), false);
    }
}
