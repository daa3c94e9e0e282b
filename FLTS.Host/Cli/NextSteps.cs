using FLTS.Host.Hosting;
using FLTS.Modules.Contracts;

namespace FLTS.Host.Cli;

/// <summary>What to do with a server that runs.</summary>
internal static class NextSteps
{
    public static async Task WriteAsync(ApiClient api, string url, AdminKey key, CancellationToken cancellation)
    {
        try
        {
            var loaded = await api.GetAsync("/models/loaded", cancellation);
            if (loaded["items"]?.AsArray().Count is null or 0)
                return;
        }
        catch (InvalidInputException)
        {
            return; // This process does not serve.
        }

        Console.WriteLine();
        Console.WriteLine("A model is served. Next:");
        Console.WriteLine($"  forecast   curl -s {url}/predict -H 'content-type: application/json' -d '{{\"inference_length\": 10}}'");
        Console.WriteLine($"  try it     {url}/scalar");
        Console.WriteLine($"  jobs       {url}/hangfire (any user, password: the admin key)");
        Console.WriteLine($"  key        {(key.File is null ? "the setting Security:AdminKey" : key.File)} (header {Security.Header})");
    }
}
