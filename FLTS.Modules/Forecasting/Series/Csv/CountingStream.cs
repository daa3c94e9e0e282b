namespace FLTS.Forecasting.Series.Csv;

/// <summary>Stops a file that is over the limit while it is read.</summary>
internal sealed class CountingStream(Stream inner, string file, long limit) : ReadingStream
{
    private long _bytes;

    public override int Read(Span<byte> buffer)
    {
        var got = inner.Read(buffer);
        _bytes += got;
        return _bytes > limit ? throw TooLarge(file, limit) : got;
    }

    public static TooLargeException TooLarge(string file, long limit) =>
        new($"{file}: the file is larger than the limit of {limit} bytes, compressed or not.");
}
