namespace FLTS.Tests.Architecture;

/// <summary>The source as people read it.</summary>
internal static class Sources
{
    public const int Columns = 140;
    public const int Lines = 300;

    /// <summary>C# files of the three projects' folders, by path below the repository; migrations are a tool's.</summary>
    public static IEnumerable<(string Path, string Text)> OfRepository() =>
        from folder in (string[])["FLTS.Modules", "FLTS.Host", "FLTS.Tests"]
        from file in Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories)
        let path = Path.GetRelativePath(Repository.Root, file).Replace('\\', '/')
        where !path.Split('/').Any(p => p is "bin" or "obj" or "Migrations")
        select (path, File.ReadAllText(file));

    /// <summary>Lines of more columns than allowed, as <c>path:line: columns</c>.</summary>
    public static IEnumerable<string> WideLines(IEnumerable<(string Path, string Text)> files) =>
        from file in files
        from line in file.Text.Split('\n').Select((text, i) => (Columns: text.TrimEnd('\r').Length, Number: i + 1))
        where line.Columns > Columns
        select $"{file.Path}:{line.Number}: {line.Columns}";

    /// <summary>Paths of files of more lines than allowed.</summary>
    public static IEnumerable<string> LongFiles(IEnumerable<(string Path, string Text)> files) =>
        files.Where(f => f.Text.Count(c => c == '\n') > Lines).Select(f => f.Path);
}
