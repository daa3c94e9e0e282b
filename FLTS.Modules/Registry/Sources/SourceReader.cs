using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;
using FLTS.Forecasting.Series.Csv;
using FLTS.Modules.Storage;

namespace FLTS.Modules.Registry.Sources;

/// <summary>Stored sources as tables, with the limits of section Datasets.</summary>
internal sealed class SourceReader(IObjectStore store, DatasetOptions options, ComputeThreads threads)
{
    /// <summary>A stored source, whole.</summary>
    /// <exception cref="InvalidInputException">The file cannot be used; names row and column.</exception>
    /// <exception cref="CorruptArtifactException">It was changed after it was stored.</exception>
    /// <exception cref="UnavailableException">The store refuses.</exception>
    public Task<RawTable> ReadAsync(string sha256, string file, SourceOptions form, CancellationToken cancellation) =>
        ReadAsync(sha256, file, form.Read(options), cancellation);

    /// <summary>Both files of a dataset, whole; what was stored once is read, whatever its columns are called.</summary>
    /// <exception cref="InvalidInputException">A file cannot be used; names row and column.</exception>
    /// <exception cref="CorruptArtifactException">One was changed after it was stored.</exception>
    public async Task<(RawTable Train, RawTable? Test)> TablesAsync(SourceFiles files, CancellationToken cancellation) => (
        await TableAsync(files, "train", files.TrainSha256, cancellation),
        files.TestSha256 is { } test ? await TableAsync(files, "test", test, cancellation) : null);

    /// <summary>A file of a dataset; see <see cref="TablesAsync"/>.</summary>
    public Task<RawTable> TableAsync(SourceFiles files, string part, string sha256, CancellationToken cancellation) =>
        ReadAsync(sha256, FileName(files.Whole, part), files.Options.Read(options) with { AnyNames = true }, cancellation);

    /// <summary>The header line of the train file.</summary>
    public async Task<byte[]> HeaderAsync(SourceFiles files, CancellationToken cancellation)
    {
        var file = FileName(files.Whole, "train");
        await using var stored = await store.OpenReadAsync(ObjectKeys.Source(files.TrainSha256), cancellation);
        using var source = CsvSource.Open(stored, file, long.MaxValue);
        return new LineBlocks(source, file, 1 << 16, options.MaxLineBytes).ReadHeader(0).Line;
    }

    /// <summary>Writes a table as the train file is written, so that the options of the dataset read it.</summary>
    /// <param name="table">Of the columns of the files.</param>
    /// <param name="files">Of the dataset.</param>
    /// <param name="stream">Written to.</param>
    /// <param name="cancellation">Stops it before it is written.</param>
    public async Task WriteAsync(RawTable table, SourceFiles files, Stream stream, CancellationToken cancellation)
    {
        var read = files.Options.Read(options) with { AnyNames = true };
        var layout = CsvLayout.Parse(await HeaderAsync(files, cancellation), FileName(files.Whole, "train"), read);
        await threads.RunOnOneAsync(
            () =>
            {
                CsvTableWriter.Write(stream, table, layout, read);
                return table.Rows;
            },
            cancellation);
    }

    /// <summary>The same, read as a configuration says; what was stored once is within the limits of size.</summary>
    /// <param name="files">The newest of a dataset, or those of before.</param>
    /// <param name="config">How.</param>
    /// <param name="columns">Which.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>Train with the test file behind it.</returns>
    public async Task<RawTable> ReadAsync(
        SourceFiles files, PreprocessConfig config, IReadOnlyList<string> columns, CancellationToken cancellation)
    {
        var read = DatasetPreparer.ReadOptions(config, options.Limits) with
        {
            Columns = columns,
            MaxBytes = long.MaxValue,
            MaxColumns = int.MaxValue,
            AnyNames = true,
        };
        var train = await ReadAsync(files.TrainSha256, FileName(files.Name, "train"), read, cancellation);
        return files.TestSha256 is { } test
            ? train.With(await ReadAsync(test, FileName(files.Name, "test"), read, cancellation))
            : train;
    }

    private async Task<RawTable> ReadAsync(string sha256, string file, CsvReadOptions read, CancellationToken cancellation)
    {
        await using var copy = new FileStream(
            Path.GetTempFileName(), FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
        await using (var source = await OpenAsync(sha256, file, cancellation))
        {
            await source.CopyToAsync(copy, cancellation);
            RequireHash(source, sha256, file);
        }

        return await ReadAsync(copy, file, read, cancellation);
    }

    /// <summary>The bytes of a stored source; see <see cref="RequireHash"/>.</summary>
    private async Task<HashingStream> OpenAsync(string sha256, string file, CancellationToken cancellation) =>
        new(await store.OpenReadAsync(ObjectKeys.Source(sha256), cancellation), $"the source of {file}");

    /// <exception cref="CorruptArtifactException">The bytes are not those that were stored.</exception>
    private static void RequireHash(HashingStream source, string sha256, string file)
    {
        if (source.Finish() is var found && found != sha256)
            throw new CorruptArtifactException(
                $"{ObjectKeys.Source(sha256)} ({file}) was changed after it was stored: its SHA-256 is {found}.");
    }

    /// <summary>A file, from its beginning.</summary>
    /// <exception cref="InvalidInputException">The file cannot be used; names row and column.</exception>
    public Task<RawTable> ReadAsync(Stream content, string file, SourceOptions form, CancellationToken cancellation) =>
        ReadAsync(content, file, form.Read(options), cancellation);

    private Task<RawTable> ReadAsync(Stream content, string file, CsvReadOptions read, CancellationToken cancellation)
    {
        content.Position = 0;
        return threads.RunAsync(
            p => CsvTableReader.Read(content, file, read with { ExpectedBytes = content.Length }, null, p), cancellation);
    }

    /// <summary>The series of a file that holds several, from its beginning.</summary>
    /// <exception cref="InvalidInputException">It lacks the column that tells them apart, or holds too many.</exception>
    public Task<SeriesList> SeriesAsync(Stream content, DatasetName name, SourceOptions form, CancellationToken cancellation)
    {
        content.Position = 0;
        return threads.RunOnOneAsync(() => SourceSeries.Of(name, content, form, options, cancellation), cancellation);
    }

    /// <summary>File names as messages show them.</summary>
    public static string FileName(DatasetName name, string part) => part == "test" ? $"{name}_test.csv" : $"{name}.csv";
}
