using System.Security.Cryptography;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;
using FLTS.Forecasting.Series.Csv;
using FLTS.Modules.Registry.Datasets;
using FLTS.Modules.Registry.Sources;
using FLTS.Modules.Storage;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Preprocessing;

/// <summary>Reads the sources, prepares, writes the three objects and reads them back before anybody is told.</summary>
internal sealed partial class DatasetBuilder(
    IObjectStore store, DatasetOptions options, ComputeBudget budget, TimeProvider time, ILogger<DatasetBuilder> logger)
{
    private const int MostReaders = 4;

    /// <summary>Compares a share of a file with what was meant; the first difference in words, or null.</summary>
    private delegate Task<string?> Difference(Stream stream, GroupShare share);

    /// <exception cref="InvalidInputException">The sources cannot be used as configured.</exception>
    /// <exception cref="UnavailableException">The store refuses.</exception>
    public async Task<BuiltDataset> BuildAsync(DatasetOrder order, CancellationToken cancellation)
    {
        using var reading = budget.EnterReading();
        var config = order.Config;
        var train = await ReadAsync(config.TrainSha256, $"{order.Name}.csv", config, order.ConfigHash, cancellation);
        var test = config.TestSha256 is { } testSha
            ? await ReadAsync(testSha, $"{order.Name}_test.csv", config, order.ConfigHash, cancellation)
            : null;
        var step = order.Stored is null ? null : await StoredStepAsync(order.ConfigHash, cancellation);
        var data = await budget.Threads.RunAsync(p => DatasetPreparer.Prepare(config, train, test, step, p), cancellation);

        var hash = ConfigHash.From(data.Meta.ConfigHash);
        if (order.Stored is { } stored && await MatchesStoredAsync(order, stored, data, cancellation))
            return new BuiltDataset(data.Meta, stored);

        // The meta comes last: who finds it finds the rest.
        var hashes = await Task.WhenAll(StoreTrainAsync(), StoreTestAsync());
        var meta = await StoreMetaAsync(ObjectKeys.Meta(hash), MetaBytes(data.Meta), cancellation);
        return new BuiltDataset(data.Meta, new DatasetHashes(hashes[0], hashes[1], meta));

        async Task<string> StoreTrainAsync()
        {
            var sha256 = await StoreAsync(
                ObjectKeys.Train(hash),
                stream => ProcessedFiles.WriteTrainAsync(data, stream, cancellation),
                (stream, share) => ProcessedComparison.TrainDifferenceAsync(data, stream, share, cancellation),
                cancellation);
            FaultPoint.Reach("preprocess.train-written");
            return sha256;
        }

        async Task<string> StoreTestAsync()
        {
            var sha256 = await StoreAsync(
                ObjectKeys.Test(hash),
                stream => ProcessedFiles.WriteTestAsync(data, stream, cancellation),
                (stream, share) => ProcessedComparison.TestDifferenceAsync(data, stream, share, cancellation),
                cancellation);
            FaultPoint.Reach("preprocess.test-written");
            return sha256;
        }
    }

    /// <summary>
    /// The step of data that was prepared before: steps of the calendar were not found then, and what is compared is the same question.
    /// </summary>
    private async Task<SeriesStep?> StoredStepAsync(ConfigHash hash, CancellationToken cancellation)
    {
        var key = ObjectKeys.Meta(hash);
        if (await store.StatAsync(key, cancellation) is null)
            return null;
        try
        {
            using var stored = await store.ReadAllAsync(key, cancellation);
            return ProcessedFiles.ReadMeta(stored.ToArray()).Step;
        }
        catch (CorruptArtifactException)
        {
            return null; // It is written again, and the log says so.
        }
    }

    /// <summary>Compares data that was prepared before with what came out now.</summary>
    /// <returns>False: an object is gone or was changed; it is written again.</returns>
    /// <exception cref="InvalidInputException">An object is as it was written and holds other values.</exception>
    private async Task<bool> MatchesStoredAsync(
        DatasetOrder order, DatasetHashes hashes, PreparedDataset data, CancellationToken cancellation)
    {
        var hash = order.ConfigHash;
        var isWhole = await CompareAsync(
            ObjectKeys.Train(hash), hashes.Train, stream => ProcessedComparison.TrainDifferenceAsync(data, stream, default, cancellation));
        isWhole &= await CompareAsync(
            ObjectKeys.Test(hash), hashes.Test, stream => ProcessedComparison.TestDifferenceAsync(data, stream, default, cancellation));
        return isWhole & await CompareAsync(ObjectKeys.Meta(hash), hashes.Meta, async stream =>
        {
            using var stored = new MemoryStream();
            await stream.CopyToAsync(stored, cancellation);

            // A later version may put its report in other words, or say more.
            var meta = ProcessedFiles.ReadMeta(stored.ToArray());
            return ProcessedFiles.WriteMeta(meta)
                .AsSpan()
                .SequenceEqual(ProcessedFiles.WriteMeta(data.Meta with { Report = meta.Report }))
                    ? null
                    : "the parameters in meta.json differ";
        });

        async Task<bool> CompareAsync(ObjectKey key, string sha256, Func<Stream, Task<string?>> difference)
        {
            using var local = new LocalFile();
            if (await store.StatAsync(key, cancellation) is null)
            {
                LogRestored(logger, key.ToString(), "gone");
                return false;
            }

            await using (var stored = new HashingStream(await store.OpenReadAsync(key, cancellation), key.ToString()))
            {
                await using var copy = local.OpenWrite();
                await stored.CopyToAsync(copy, cancellation);
                if (stored.Finish() != sha256)
                {
                    LogRestored(logger, key.ToString(), "changed after it was written");
                    return false;
                }
            }

            await using var stream = local.OpenRead();
            return await difference(stream) is not { } different
                ? true
                : throw new InvalidInputException(
                    $"Prepared again, '{order.Name}' gave other values than are stored under {hash}: {different}. What is stored stays "
                    + "as it is; give a 'hash_salt' to prepare this data beside it.");
        }
    }

    /// <summary>Reads and parses a source while its hash is taken; nothing of it is used before the hash is found right.</summary>
    private async Task<RawTable> ReadAsync(
        string sha256, string file, PreprocessConfig config, ConfigHash configHash, CancellationToken cancellation)
    {
        var key = ObjectKeys.Source(sha256);
        var size = (await store.StatAsync(key, cancellation))?.Size ?? 0;
        await using var source = new HashingStream(await store.OpenReadAsync(key, cancellation), $"the source of {file}");
        var progress = new ReadProgress(file, configHash, size, () => source.BytesRead, time, logger);
        return await budget.Threads.RunAsync(
            p =>
            {
                try
                {
                    var table = CsvTableReader.Read(
                        source,
                        file,
                        DatasetPreparer.ReadOptions(config, options.Limits) with { ExpectedBytes = size },
                        progress,
                        p);
                    RequireHash();
                    return table;
                }
                catch (InvalidInputException)
                {
                    // Whether the data is bad or was made bad in the store are different errors, for different people.
                    RequireHash();
                    throw;
                }
            },
            cancellation);

        void RequireHash()
        {
            var found = source.Finish();
            if (found != sha256)
                throw new CorruptArtifactException($"{key} ({file}) was changed after it was stored: its SHA-256 is {found}.");
        }
    }

    /// <summary>Writes, then compares what the store gives back with the memory it came from.</summary>
    /// <returns>SHA-256 of the bytes the store gave back.</returns>
    private async Task<string> StoreAsync(ObjectKey key, Func<Stream, Task> write, Difference difference, CancellationToken cancellation)
    {
        using (var share = budget.Threads.Take(1))
            await share.RunAsync(async () =>
            {
                await store.PutAsync(key, write, cancellation);
                return key;
            });

        try
        {
            return await ReadBackAsync(key, difference, cancellation);
        }
        catch (CorruptArtifactException e)
        {
            throw new UnavailableException($"The object store gave back other bytes than were written to {key}: {e.Message}", e);
        }
    }

    private async Task<string> ReadBackAsync(ObjectKey key, Difference difference, CancellationToken cancellation)
    {
        using var local = new LocalFile();
        await using var stored = await store.OpenReadAsync(key, cancellation);
        await using var hashing = new HashingStream(stored, key.ToString());

        // A file is read by several at once where it lies; what comes over a network comes once.
        var isFile = stored.CanSeek;
        if (!isFile)
        {
            await using var copy = local.OpenWrite();
            await hashing.CopyToAsync(copy, cancellation);
        }

        using var share = budget.Threads.Take(MostReaders);
        var sha256 = share.RunAsync(hashing.Finish);
        var shares = Enumerable.Range(0, share.Count).Select(reader => share.RunAsync(async () =>
        {
            await using var stream = isFile ? await store.OpenReadAsync(key, cancellation) : local.OpenRead();
            return await difference(stream, new GroupShare(reader, share.Count));
        })).ToArray();
        await Task.WhenAll((Task[])[sha256, .. shares]);
        return Array.Find(await Task.WhenAll(shares), d => d is not null) is { } different
            ? throw new CorruptArtifactException(different)
            : await sha256;
    }

    private static byte[] MetaBytes(DatasetMeta meta)
    {
        var bytes = ProcessedFiles.WriteMeta(meta);
        return ProcessedFiles.WriteMeta(ProcessedFiles.ReadMeta(bytes)).AsSpan().SequenceEqual(bytes)
            ? bytes
            : throw new CorruptArtifactException($"The meta.json of {meta.ConfigHash} does not read back as what was written.");
    }

    private async Task<string> StoreMetaAsync(ObjectKey key, byte[] written, CancellationToken cancellation)
    {
        await store.PutAsync(key, written, cancellation);
        FaultPoint.Reach("preprocess.meta-written");
        using var stored = await store.ReadAllAsync(key, cancellation);
        return stored.ToArray().AsSpan().SequenceEqual(written)
            ? Convert.ToHexStringLower(SHA256.HashData(written))
            : throw new UnavailableException($"The object store gave back other bytes than were written to {key}.");
    }

    [LoggerMessage(EventName = "preprocess_restored", Level = LogLevel.Warning, Message = "{key} is {state}: it is written again")]
    private static partial void LogRestored(ILogger logger, string key, string state);
}
