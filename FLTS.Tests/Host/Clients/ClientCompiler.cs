using System.Reflection;
using System.Runtime.Loader;

namespace FLTS.Tests.Host.Clients;

/// <summary>Compiles a generated client together with the calls that are made by it.</summary>
internal static class ClientCompiler
{
    private static readonly string[] _used = ["System.", "Microsoft.Kiota.", "nunit.framework.", "netstandard.", "mscorlib."];

    public static async Task<Assembly> CompileAsync(TemporaryFolder folder, string sources, string calls)
    {
        var known = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(a => _used.Any(u => Path.GetFileName(a).StartsWith(u, StringComparison.Ordinal)));
        string[] options =
        [
            "-nologo", "-nostdlib+", "-target:library", "-nullable:enable", "-warn:0", "-langversion:latest",
            $"-out:\"{folder[$"{sources}.dll"]}\"",
        ];
        await File.WriteAllLinesAsync(folder[$"{sources}.rsp"], options
            .Concat(known.Select(a => $"-r:\"{a}\""))
            .Concat(Directory.GetFiles(folder[sources], "*.cs", SearchOption.AllDirectories).Append(calls).Select(s => $"\"{s}\"")));
        await Tool.DotnetAsync(folder[sources], "exec", Tool.Compiler, "-noconfig", $"@{folder[$"{sources}.rsp"]}");

        using var made = new MemoryStream(await File.ReadAllBytesAsync(folder[$"{sources}.dll"]));
        return AssemblyLoadContext.Default.LoadFromStream(made);
    }
}
