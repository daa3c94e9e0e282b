using System.Diagnostics;
using System.Runtime.InteropServices;

namespace FLTS.Tests.Host.Clients;

/// <summary>Programs that read the OpenAPI document.</summary>
internal static class Tool
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(5);

    /// <summary>Where the .NET that runs this has its SDKs.</summary>
    private static readonly string _dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));

    /// <summary>The C# compiler of the newest SDK.</summary>
    public static string Compiler { get; } = Directory.GetDirectories(Path.Combine(_dotnet, "sdk"))
        .Select(sdk => Path.Combine(sdk, "Roslyn", "bincore", "csc.dll"))
        .Where(File.Exists)
        .OrderBy(csc => Version.TryParse(csc.Split(Path.DirectorySeparatorChar)[^4].Split('-')[0], out var version) ? version : new())
        .Last();

    public static Task<string> DotnetAsync(string folder, params string[] arguments) =>
        RunAsync(Path.Combine(_dotnet, "dotnet"), folder, arguments);

    /// <summary>What it said.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static async Task<string> RunAsync(string program, string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["KIOTA_OFFLINE_ENABLED"] = "true", // It would ask for a newer one.
                ["KIOTA_TUTORIAL_ENABLED"] = "false",
                ["KIOTA_CLI_TELEMETRY_OPTOUT"] = "true",
                ["REDOCLY_TELEMETRY"] = "off",
                ["REDOCLY_SUPPRESS_UPDATE_NOTICE"] = "true",
            },
        };
        using var process = Process.Start(start)!;
        using var tooLong = new CancellationTokenSource(_limit);
        await using var kill = tooLong.Token.Register(() => process.Kill(entireProcessTree: true));
        var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        var all = string.Concat(said);
        return process.ExitCode == 0
            ? all
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {process.ExitCode}\n{all}");
    }
}
