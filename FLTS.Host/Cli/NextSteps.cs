using FLTS.Host.Hosting;

namespace FLTS.Host.Cli;

/// <summary>What to do with a server that runs.</summary>
internal static class NextSteps
{
    private const int Tries = 40;

    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(250);

    public static async Task WriteAsync(
        Screen screen, ApiClient api, string url, AdminKey key, bool isModelExpected, CancellationToken cancellation)
    {
        try
        {
            // A promotion is announced, then loaded: a moment lies between.
            for (var tries = isModelExpected ? Tries : 1; (await api.GetAsync("/models/loaded", cancellation))["items"]
                ?.AsArray().Count is null or 0; tries--)
            {
                if (tries <= 1)
                    return;

                await Task.Delay(_pause, cancellation);
            }
        }
        catch (Exception e) when (e is InvalidInputException or HttpRequestException)
        {
            return; // This process does not serve.
        }

        var header = Security.IsLoopback(url) ? "" : $"-H \"{Security.Header}: $KEY\" ";
        screen.Line();
        screen.Line("A model is served. Next:");
        screen.Line($"  forecast   curl -s {url}/predict {header}-H 'content-type: application/json' -d '{{\"inference_length\": 10}}'");
        screen.Line($"  page       {await PageAsync(screen, api, url, cancellation)}");
        screen.Line($"  try it     {url}/scalar");
        screen.Line($"  jobs       {url}/hangfire (signed in, or any user with the admin key as password)");
        screen.Line($"  key        {(key.File is null ? "the setting Security:AdminKey" : key.File)} (header {Security.Header})");
    }

    /// <summary>On a terminal, which nobody else reads, a link that signs in whoever opens it first.</summary>
    private static async Task<string> PageAsync(Screen screen, ApiClient api, string url, CancellationToken cancellation)
    {
        if (!screen.IsLive)
            return $"{url}/";

        try
        {
            return $"{await KeyCommand.LinkOfAsync(api, cancellation)} (signs in once, within two minutes; again: ./flts key link)";
        }
        catch (Exception e) when (e is InvalidInputException or HttpRequestException)
        {
            return $"{url}/";
        }
    }
}
