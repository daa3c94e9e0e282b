using FLTS.Modules.Contracts;
using FLTS.Modules.Forecasting.Series;
using FLTS.Modules.Storage;

namespace FLTS.Modules.Preprocessing;

/// <summary>Stored sources as tables, with the limits of section Datasets.</summary>
internal sealed class SourceReader(IObjectStore store, DatasetOptions options)
{
    /// <summary>A stored source, whole.</summary>
    /// <exception cref="InvalidInputException">The file cannot be used; names row and column.</exception>
    /// <exception cref="UnavailableException">The store refuses.</exception>
    public async Task<RawTable> ReadAsync(string sha256, string file, string? timezone, CancellationToken cancellation)
    {
        await using var copy = new FileStream(Path.GetTempFileName(), FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
        await using (var source = await store.OpenReadAsync(ObjectKeys.Source(sha256), cancellation))
            await source.CopyToAsync(copy, cancellation);

        return await ReadAsync(copy, file, timezone, cancellation);
    }

    /// <summary>A file, from its beginning.</summary>
    /// <exception cref="InvalidInputException">The file cannot be used; names row and column.</exception>
    public Task<RawTable> ReadAsync(Stream content, string file, string? timezone, CancellationToken cancellation)
    {
        content.Position = 0;
        return Task.Run(() => CsvTableReader.Read(content, file, options.Limits with { Timezone = timezone }, null, cancellation), cancellation);
    }

    /// <summary>File names as messages show them.</summary>
    public static string FileName(string name, string part) => part == "test" ? $"{name}_test.csv" : $"{name}.csv";

    /// <exception cref="InvalidInputException">Not a time zone of the IANA data.</exception>
    public static void CheckTimezone(string? timezone)
    {
        if (timezone is not null && !TimeZoneInfo.TryFindSystemTimeZoneById(timezone, out _))
            throw new InvalidInputException($"'timezone' is '{timezone}'; it must be an IANA zone such as Europe/Madrid.");
    }
}
