using System.IO.Compression;

namespace FLTS.Modules.Datasets.Preview;

/// <summary>A file to be looked at, several times over.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Bytes">That are looked at, as they were sent.</param>
/// <param name="IsHead">It has more, or may have.</param>
/// <param name="Head">Its first megabyte at most, from its beginning.</param>
/// <param name="Whole">All of it, where that is more and at hand.</param>
internal sealed record PreviewFile(string Name, long Bytes, bool IsHead, Func<Stream> Head, Func<Stream>? Whole)
{
    /// <summary>Most that is looked at of what is sent.</summary>
    public const int MostBytes = 1 << 20;

    /// <summary>What has so many bytes may be the beginning of a file, cut where a megabyte ends, whichever megabyte is meant.</summary>
    private const int SmallestHead = 1_000_000;

    /// <summary>A body: its first megabyte, without the line that this cuts. The rest is read and dropped.</summary>
    public static async Task<PreviewFile> OfBodyAsync(string name, Stream body, CancellationToken cancellation)
    {
        var buffer = new byte[MostBytes];
        var got = await body.ReadAtLeastAsync(buffer, MostBytes, throwOnEndOfStream: false, cancellation);
        var isMore = await body.ReadAsync(new byte[1], cancellation) > 0;
        if (isMore)
            await body.CopyToAsync(Stream.Null, cancellation);
        var (text, isCut) = Unpacked(buffer.AsMemory(0, got));
        var isHead = isMore || isCut || (got >= SmallestHead && !text.Span.EndsWith("\n"u8));
        return new PreviewFile(name, got, isHead, Lines(text, isHead), null);
    }

    /// <summary>A file on this machine.</summary>
    public static PreviewFile OfPath(string path)
    {
        using var file = Open();
        var buffer = new byte[MostBytes];
        var got = file.ReadAtLeast(buffer, MostBytes, throwOnEndOfStream: false);
        var (text, isCut) = Unpacked(buffer.AsMemory(0, got));
        var isMore = isCut || file.Length > got;
        return new PreviewFile(Path.GetFileName(path), file.Length, IsHead: false, Lines(text, isMore), isMore ? Open : null);

        FileStream Open() => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
    }

    private static Func<Stream> Lines(ReadOnlyMemory<byte> text, bool isCut)
    {
        if (isCut && text.Span.LastIndexOf((byte)'\n') is var end and >= 0)
            text = text[..(end + 1)];
        var bytes = text.ToArray();
        return () => new MemoryStream(bytes, writable: false);
    }

    /// <summary>What was sent as text, as far as a gzip file that ends early can be unpacked.</summary>
    private static (ReadOnlyMemory<byte> Text, bool IsCut) Unpacked(ReadOnlyMemory<byte> sent)
    {
        if (!(sent.Span is [0x1f, 0x8b, ..]))
            return (sent, false);

        using var zipped = new GZipStream(new MemoryStream(sent.ToArray()), CompressionMode.Decompress);
        var (text, length) = (new byte[MostBytes], 0);
        try
        {
            for (int got; (got = zipped.Read(text.AsSpan(length))) > 0;)
                length += got;
            return (text.AsMemory(0, length), length == MostBytes);
        }
        catch (InvalidDataException)
        {
            return (text.AsMemory(0, length), true);
        }
    }
}
