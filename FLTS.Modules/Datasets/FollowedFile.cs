using System.Security.Cryptography;
using FLTS.Modules.Registry.Sources;

namespace FLTS.Modules.Datasets;

/// <summary>One look at a file that others write to: nothing in it is sure but what was read.</summary>
internal sealed class FollowedFile : IDisposable
{
    /// <summary>Bytes at either end of what was read by which a file is known again.</summary>
    private const int Ends = 4096;

    private readonly FileStream _file;

    private FollowedFile(FileStream file, byte[] header) => (_file, Header) = (file, header);

    /// <summary>The first line without its end.</summary>
    public byte[] Header { get; }

    public long Length => RandomAccess.GetLength(_file.SafeFileHandle);

    /// <param name="path">Of a file that is there.</param>
    /// <param name="mostHeader">Bytes of its first line at most.</param>
    /// <returns>Null: its first line is not complete yet.</returns>
    /// <exception cref="InvalidInputException">A link, a pipe, packed, or without an end of its first line.</exception>
    public static FollowedFile? Open(string path, int mostHeader)
    {
        var file = RegularFile.OpenRead(path);
        try
        {
            var start = Read(file, 0, mostHeader + 1);
            if (start is [0x1f, 0x8b, ..])
                throw new InvalidInputException(
                    $"{Path.GetFileName(path)} is gzip, which cannot be followed: nobody knows where its last line ends. Write plain CSV.");
            var end = Array.IndexOf(start, (byte)'\n');
            if (end < 0 && start.Length > mostHeader)
                throw new InvalidInputException(
                    $"{Path.GetFileName(path)}: the first line is longer than {mostHeader} bytes (Datasets:MaxLineBytes).");
            if (end >= 0)
                return new FollowedFile(file, start[..end]);
            file.Dispose();
            return null;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Behind the header.</summary>
    public FollowedPlace Start() => At(Header.Length + 1, 0);

    /// <summary>A place in the file as it is now.</summary>
    public FollowedPlace At(long offset, long rows) => new(offset, rows, Hash(0, offset), Hash(Math.Max(0, offset - Ends), offset));

    /// <summary>Whether what stood before a place stands there still.</summary>
    public bool Holds(FollowedPlace place) => Length >= place.Offset && At(place.Offset, place.Rows) == place;

    /// <summary>The lines behind a place, with their ends; one that has no end yet is left to its writer.</summary>
    /// <param name="place">In this file.</param>
    /// <param name="mostBytes">Bytes read at most.</param>
    /// <param name="mostLines">Lines at most.</param>
    /// <exception cref="InvalidInputException">A line is longer than that.</exception>
    public IReadOnlyList<ReadOnlyMemory<byte>> LinesAfter(FollowedPlace place, int mostBytes, int mostLines)
    {
        var bytes = Read(_file, place.Offset, mostBytes);
        var lines = new List<ReadOnlyMemory<byte>>();
        var at = 0;
        while (lines.Count < mostLines && bytes.AsSpan(at).IndexOf((byte)'\n') is var length and >= 0)
        {
            lines.Add(bytes.AsMemory(at, length + 1));
            at += length + 1;
        }

        return lines.Count > 0 || bytes.Length < mostBytes
            ? lines
            : throw new InvalidInputException($"Row {place.Rows + 2}: the line is longer than {mostBytes} bytes (Datasets:MaxLineBytes).");
    }

    /// <summary>Whether these lines stand behind a place still: a file that is cut off while it is read gives parts of two.</summary>
    public bool Holds(FollowedPlace place, IReadOnlyList<ReadOnlyMemory<byte>> lines)
    {
        var bytes = Read(_file, place.Offset, lines.Sum(l => l.Length));
        var at = 0;
        foreach (var line in lines)
        {
            if (bytes.Length - at < line.Length || !bytes.AsSpan(at, line.Length).SequenceEqual(line.Span))
                return false;
            at += line.Length;
        }

        return Holds(place);
    }

    public void Dispose() => _file.Dispose();

    private string Hash(long from, long to) =>
        Convert.ToHexStringLower(SHA256.HashData(Read(_file, from, (int)Math.Min(to - from, Ends))));

    private static byte[] Read(FileStream file, long from, int most)
    {
        var bytes = new byte[Math.Min(most, Math.Max(0, RandomAccess.GetLength(file.SafeFileHandle) - from))];
        var got = 0;
        while (got < bytes.Length && RandomAccess.Read(file.SafeFileHandle, bytes.AsSpan(got), from + got) is var more and > 0)
            got += more;

        return bytes[..got];
    }
}
