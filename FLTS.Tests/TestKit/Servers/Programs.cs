namespace FLTS.Tests.TestKit.Servers;

/// <summary>Finds the servers' programs; where one is missing, says what installs it.</summary>
internal static class Programs
{
    public static bool IsRoot { get; } = Environment.UserName == "root";

    /// <exception cref="InvalidOperationException">Not on the PATH; the message names the package.</exception>
    public static string Find(string program, string package) => Find([program], package);

    /// <summary>The first of them that is there.</summary>
    /// <exception cref="InvalidOperationException">As above.</exception>
    public static string Find(string[] programs, string package)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(["/usr/sbin", "/usr/bin"]).ToList();
        return programs.SelectMany(program => folders.Select(folder => Path.Combine(folder, program))).FirstOrDefault(File.Exists)
            ?? throw Missing(programs[0], package);
    }

    public static InvalidOperationException Missing(string program, string package) => new(
        $"This test needs '{program}', which is not installed. './flts test' as root installs it; else run: sudo apt-get install -y "
        + $"--no-install-recommends {package}");
}
