using System.Net;
using System.Text;
using FLTS.Host.Hosting;

namespace FLTS.Host.Cli;

/// <summary>
/// Users that ask for forecasts one after the other, each on a connection of its own; they come a few a second until all are there.
/// </summary>
/// <param name="url">The server.</param>
/// <param name="key">API key; null: none is sent.</param>
/// <param name="bodies">Bodies of <c>POST /predict</c>, asked in turn.</param>
/// <param name="clock">Tells the time of an answer.</param>
internal sealed class LoadUsers(Uri url, string? key, IReadOnlyList<string> bodies, TimeProvider clock)
{
    /// <summary>A request that gets no answer for so long has failed.</summary>
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(30);

    /// <summary>Who is told to come again at once would only ask faster.</summary>
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(1);

    private readonly List<LoadCount> _counts = [];
    private readonly Lock _gate = new();

    /// <summary>Users that are there.</summary>
    public int Present
    {
        get
        {
            lock (_gate)
                return _counts.Count;
        }
    }

    /// <summary>What came of all requests so far.</summary>
    public LoadCount Sum()
    {
        var sum = new LoadCount();
        lock (_gate)
            _counts.ForEach(sum.Add);
        return sum;
    }

    /// <param name="users">How many come.</param>
    /// <param name="perSecond">How many of them a second.</param>
    /// <param name="cancellation">The end of the test: requests under way are finished and counted.</param>
    public async Task RunAsync(int users, double perSecond, CancellationToken cancellation)
    {
        var present = new List<Task>();
        try
        {
            while (present.Count < users)
            {
                var count = new LoadCount();
                lock (_gate)
                    _counts.Add(count);
                var first = present.Count;
                present.Add(AskAsync(count, first, cancellation));
                await Task.Delay(TimeSpan.FromSeconds(1 / perSecond), clock, cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            // The test ends before all have come.
        }

        await Task.WhenAll(present);
    }

    private async Task AskAsync(LoadCount count, int turn, CancellationToken cancellation)
    {
        using var handler = new SocketsHttpHandler { MaxConnectionsPerServer = 1, UseProxy = false };
        using var http = new HttpClient(handler) { BaseAddress = url, Timeout = _longest };
        if (key is not null)
            http.DefaultRequestHeaders.Add(Security.Header, key);

        for (; !cancellation.IsCancellationRequested; turn++)
        {
            if (await AskAsync(http, bodies[turn % bodies.Count], count) is { } pause)
                await Task.Delay(pause, clock, cancellation).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    /// <returns>How long this user should wait now; null: not at all.</returns>
    private async Task<TimeSpan?> AskAsync(HttpClient http, string body, LoadCount count)
    {
        var began = clock.GetTimestamp();
        try
        {
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            using var answer = await http.PostAsync("/predict", content, CancellationToken.None);
            var text = await answer.Content.ReadAsStringAsync(CancellationToken.None);
            switch (answer.StatusCode)
            {
                case HttpStatusCode.OK:
                    count.Success(clock.GetElapsedTime(began));
                    return null;
                case HttpStatusCode.TooManyRequests:
                    count.Refusal();
                    return answer.Headers.RetryAfter?.Delta ?? _pause;
                default:
                    count.Failure($"{(int)answer.StatusCode}: {text[..Math.Min(text.Length, 300)]}");
                    return _pause;
            }
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            count.Failure(CommandLine.OneLine(e));
            return _pause;
        }
    }
}
