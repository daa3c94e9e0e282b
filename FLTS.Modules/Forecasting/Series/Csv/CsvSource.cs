using System.IO.Compression;

namespace FLTS.Forecasting.Series.Csv;

/// <summary>The bytes of a file, decompressed where they are gzip, counted against the limit on both sides.</summary>
internal sealed class CsvSource : IDisposable
{
    private readonly Stream _content;
    private readonly string _file;
    private readonly long _limit;

    /// <summary>
    /// Without it the framework takes a file that was cut short for a shorter one. The host's project file sets it
    /// too, for whoever unpacks before.
    /// </summary>
    static CsvSource() => AppContext.SetSwitch("System.IO.Compression.UseStrictValidation", true);

    private CsvSource(Stream content, string file, long limit) => (_content, _file, _limit) = (content, file, limit);

    /// <summary>Bytes given out so far.</summary>
    public long Bytes { get; private set; }

    public static CsvSource Open(Stream stream, string file, long limit)
    {
        var raw = new CountingStream(stream, file, limit);
        var head = new byte[2];
        var got = raw.ReadAtLeast(head, 2, throwOnEndOfStream: false);
        var whole = new PrefixedStream(head.AsMemory(0, got), raw);
        var zipped = got == 2 && head[0] == 0x1f && head[1] == 0x8b;
        return new CsvSource(zipped ? new GZipStream(whole, CompressionMode.Decompress) : whole, file, limit);
    }

    /// <exception cref="InvalidInputException">The gzip data is damaged.</exception>
    /// <exception cref="TooLargeException">More bytes than the limit.</exception>
    public int Read(Span<byte> buffer)
    {
        try
        {
            var got = _content.Read(buffer);
            Bytes += got;
            return Bytes > _limit ? throw CountingStream.TooLarge(_file, _limit) : got;
        }
        catch (InvalidDataException e)
        {
            throw new InvalidInputException($"{_file}: the gzip data is damaged or cut short ({e.Message.TrimEnd('.')}).", e);
        }
    }

    public void Dispose() => _content.Dispose();
}
