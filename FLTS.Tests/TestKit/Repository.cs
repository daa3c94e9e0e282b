namespace FLTS.Tests.TestKit;

/// <summary>The folder the tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    private static string Find(string folder) =>
        File.Exists(Path.Combine(folder, "FLTS.sln")) ? folder
        : Directory.GetParent(folder) is { } parent ? Find(parent.FullName)
        : throw new InvalidOperationException(
            $"No FLTS.sln above {AppContext.BaseDirectory}: these tests build the product and read its source.");
}
