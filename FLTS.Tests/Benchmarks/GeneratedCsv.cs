using FLTS.Forecasting.Demo;

namespace FLTS.Benchmarks;

/// <summary>Files of a stated size: the demo's columns, plain, or as another part of the world writes them.</summary>
internal static class GeneratedCsv
{
    /// <summary>Of the times of a file that is written with offsets.</summary>
    public const string Zone = "Europe/Madrid";

    /// <param name="path">Written anew.</param>
    /// <param name="rows">Steps; those inside gaps are left out.</param>
    /// <param name="zoned">With semicolons, decimal commas and an offset behind every time.</param>
    public static void Write(string path, int rows, bool zoned)
    {
        using var stream = File.Create(path);
        DemoStation.Write(stream, rows, seed: 1);
        if (!zoned)
            return;

        stream.Position = 0;
        using var reader = new StreamReader(stream, leaveOpen: true);
        var lines = new List<string> { reader.ReadLine()!.Replace(',', ';') };
        while (reader.ReadLine() is { } line)
        {
            var time = line.IndexOf(',', StringComparison.Ordinal);
            lines.Add($"{line[..time].Replace(' ', 'T')}+01:00{line[time..].Replace(',', ';').Replace('.', ',')}");
        }

        stream.SetLength(0);
        using var writer = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
        lines.ForEach(writer.WriteLine);
    }
}
