using System.Diagnostics;
using NUnit.Framework;

namespace FLTS.Tests.KillAnywhere;

/// <summary>Builds the product with its fault points, once before the first test here and into folders of its own.</summary>
[SetUpFixture, Parallelizable(ParallelScope.Self)]
internal sealed class ArmedHost
{
    private static readonly string _folder = Path.Combine(Repository.Root, "FLTS.Host", "bin", "FaultPoints", "net10.0");

    /// <summary>The armed program.</summary>
    public static string Program => Path.Combine(_folder, "FLTS.Host.dll");

    public static string Modules => Path.Combine(_folder, "FLTS.Modules.dll");

    [OneTimeSetUp]
    public async Task Build()
    {
        // No build servers: they would outlive the tests and keep their pipes open.
        string[] arguments =
        [
            "build", Path.Combine(Repository.Root, "FLTS.Host"), "-c", "FaultPoints", "--no-restore", "--nologo", "-v", "quiet",
            "-nodeReuse:false", "-p:UseSharedCompilation=false",
            // The build for people was looked at already, and to compile ahead of time takes longer than the few starts here win by it.
            "-p:RunAnalyzers=false",
        ];
        using var build = Process.Start(
            new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = build.StandardError.ReadToEndAsync();
        var output = await build.StandardOutput.ReadToEndAsync();
        await build.WaitForExitAsync();
        if (build.ExitCode != 0)
            throw new InvalidOperationException($"The build with fault points failed:\n{output}\n{await error}");
    }
}
