using System.Diagnostics;
using NUnit.Framework;

namespace FLTS.Tests.Host;

/// <summary><c>./flts</c> on a system with nothing but the SDK, whose place a script takes here.</summary>
[TestFixture, Platform("Linux"), Parallelizable]
internal sealed class LauncherTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void Clone()
    {
        _folder = new TemporaryFolder();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "eng")).Append(Path.Combine(Repository.Root, "flts")))
        {
            var copy = _folder[Path.GetRelativePath(Repository.Root, file)];
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        Directory.CreateDirectory(_folder["FLTS.Modules"]);
        Directory.CreateDirectory(_folder["FLTS.Host"]);
        Directory.CreateDirectory(_folder["bin"]);
    }

    [TearDown]
    public void Delete() => _folder.Dispose();

    /// <summary>Without ICU the SDK ends each of its commands with a stack trace, unless it is told to do without.</summary>
    [Test]
    public async Task The_first_command_needs_no_ICU()
    {
        var (code, said) = await FltsAsync("""
            if [[ $DOTNET_SYSTEM_GLOBALIZATION_INVARIANT != 1 ]]; then
              echo "Process terminated. Couldn't find a valid ICU package" >&2
              exit 134
            fi
            case $1 in
              --list-sdks) echo "10.0.100 [/sdk]" ;;
              build) mkdir -p "${2%/*}/bin/Release/net10.0" ;;
              *) echo "started: $*" ;;
            esac
            """);

        Assert.That(code, Is.Zero, said);
        Assert.That(said, Does.Contain("started: ").And.Contain("FLTS.Host.dll doctor --json"));
    }

    [Test]
    public async Task What_is_wrong_with_a_build_is_said_in_its_order_and_once()
    {
        var (code, said) = await FltsAsync("""
            [[ $1 != --list-sdks ]] || { echo "10.0.100 [/sdk]"; exit 0; }
            printf '%s\n' "z.cs: error CS0002: the first" "a.cs: error CS0001: what follows from it" "z.cs: error CS0002: the first"
            exit 1
            """);

        Assert.That(code, Is.EqualTo(1));
        Assert.That(
            said.Split('\n').Where(line => line.Contains("error CS", StringComparison.Ordinal)),
            Is.EqualTo(new[] { "z.cs: error CS0002: the first", "a.cs: error CS0001: what follows from it" }));
    }

    private async Task<(int Code, string Said)> FltsAsync(string dotnet)
    {
        await File.WriteAllTextAsync(_folder["bin/dotnet"], $"#!/usr/bin/env bash\n{dotnet}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_folder["bin/dotnet"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var info = new ProcessStartInfo(_folder["flts"], ["doctor", "--json"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        info.Environment["PATH"] = $"{_folder["bin"]}:{info.Environment["PATH"]}";
        info.Environment.Remove("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT");
        using var process = Process.Start(info)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, $"{await error}{await output}");
    }
}
