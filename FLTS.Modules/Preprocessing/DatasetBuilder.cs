using System.Security.Cryptography;
using System.Text.Json.Nodes;
using FLTS.Modules.Contracts;
using FLTS.Modules.Forecasting.Preparation;
using FLTS.Modules.Forecasting.Series;
using FLTS.Modules.Registry.Entities;
using FLTS.Modules.Storage;

namespace FLTS.Modules.Preprocessing;

/// <summary>Stored objects of a dataset with their hashes.</summary>
internal sealed record BuiltDataset(DatasetMeta Meta, string TrainSha256, string TestSha256, string MetaSha256);

/// <summary>Reads the sources, prepares, writes the three objects and reads them back before anybody is told.</summary>
internal sealed class DatasetBuilder(IObjectStore store)
{
    /// <exception cref="InvalidInputException">The sources cannot be used as configured.</exception>
    /// <exception cref="UnavailableException">The store refuses.</exception>
    public async Task<BuiltDataset> BuildAsync(DatasetRow row, CancellationToken cancellation)
    {
        var config = PreprocessConfig.FromJson(JsonNode.Parse(row.Config)!.AsObject());
        var train = await ReadAsync(config.TrainSha256, $"{row.SourceName}.csv", config, cancellation);
        var test = config.TestSha256 is { } testSha ? await ReadAsync(testSha, $"{row.SourceName}_test.csv", config, cancellation) : null;
        var data = await Task.Run(() => DatasetPreparer.Prepare(config, train, test, cancellation), cancellation);
        return await WriteAsync(data, cancellation);
    }

    private async Task<RawTable> ReadAsync(string sha256, string file, PreprocessConfig config, CancellationToken cancellation)
    {
        // To a local file first: the hash must be right before a single number is believed, and a network that stalls must not stall the parser.
        await using var copy = new FileStream(Path.GetTempFileName(), FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
        await using (var source = await store.OpenReadAsync(ObjectKeys.Source(sha256), cancellation))
        {
            try
            {
                await source.CopyToAsync(copy, cancellation);
            }
            catch (IOException e)
            {
                throw new UnavailableException($"Reading the source of {file} broke off: {e.Message}", e);
            }
        }

        copy.Position = 0;
        var found = Convert.ToHexStringLower(await SHA256.HashDataAsync(copy, cancellation));
        if (found != sha256)
            throw new CorruptArtifactException($"{ObjectKeys.Source(sha256)} ({file}) was changed after it was stored: its SHA-256 is {found}.");

        copy.Position = 0;
        return await Task.Run(() => CsvTableReader.Read(copy, file, DatasetPreparer.ReadOptions(config), null, cancellation), cancellation);
    }

    /// <summary>Write, read back, verify; only then do the hashes reach the row.</summary>
    private async Task<BuiltDataset> WriteAsync(PreparedDataset data, CancellationToken cancellation)
    {
        var hash = data.Meta.ConfigHash;
        using var train = new MemoryStream();
        await ProcessedFiles.WriteTrainAsync(data, train, cancellation);
        using var test = new MemoryStream();
        await ProcessedFiles.WriteTestAsync(data, test, cancellation);
        var meta = ProcessedFiles.WriteMeta(data.Meta);

        await store.PutAsync(ObjectKeys.Train(hash), train.ToArray(), cancellation);
        FaultPoint.Reach("preprocess.train-written");
        await store.PutAsync(ObjectKeys.Test(hash), test.ToArray(), cancellation);
        FaultPoint.Reach("preprocess.test-written");
        await store.PutAsync(ObjectKeys.Meta(hash), meta, cancellation);
        FaultPoint.Reach("preprocess.meta-written");

        using var storedTrain = await store.ReadAllAsync(ObjectKeys.Train(hash), cancellation);
        using var storedTest = await store.ReadAllAsync(ObjectKeys.Test(hash), cancellation);
        using var storedMeta = await store.ReadAllAsync(ObjectKeys.Meta(hash), cancellation);
        var built = new BuiltDataset(data.Meta, Hash(storedTrain), Hash(storedTest), Hash(storedMeta));
        var again = await ProcessedFiles.ReadAsync(ProcessedFiles.ReadMeta(storedMeta.ToArray()), storedTrain, storedTest, cancellation);
        return ProcessedFiles.Difference(data, again) is { } difference
            ? throw new UnavailableException($"The object store gave back other data than was written for {hash}: {difference}.")
            : built;
    }

    private static string Hash(MemoryStream stream)
    {
        stream.Position = 0;
        var hash = Convert.ToHexStringLower(SHA256.HashData(stream));
        stream.Position = 0;
        return hash;
    }
}
