using System.Security.Cryptography;
using FLTS.Forecasting.Series;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Sources;
using FLTS.Modules.Storage;

namespace FLTS.Modules.Registry.Measurements;

/// <summary>
/// How long a test part is: as its file was put. Versions before the log were made by writing rows behind the file as it was; of these
/// the first counts.
/// </summary>
internal sealed class FirstTestFile(SourceVersions versions, SourceReader reader, IObjectStore store)
{
    /// <summary>Different times of the file as it was put.</summary>
    /// <param name="files">The newest.</param>
    /// <param name="test">What the newest test file holds.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<int> TimesAsync(SourceFiles files, RawTable test, CancellationToken cancellation)
    {
        var tests = (await versions.OfAsync(files.Whole, cancellation)).Where(v => v is { Part: "test", MadeOf: null }).ToList();
        var first = await FirstAsync(tests, cancellation);
        var table = first == files.TestSha256
            ? test
            : await reader.TableAsync(files, "test", first, cancellation);
        return table.Timestamps.Distinct().Count();
    }

    /// <summary>The oldest of the versions, newest first, that all begin with the bytes of the one before.</summary>
    private async Task<string> FirstAsync(List<SourceRow> tests, CancellationToken cancellation)
    {
        var first = tests[0];
        if (tests.Count == 1 || tests[1].Size >= first.Size)
            return first.Sha256;

        // The bytes of the newest, hashed up to the length of each that is shorter than the one after it.
        var shorter = tests.Skip(1).TakeWhile((v, i) => v.Size < tests[i].Size).ToList();
        var beginnings = await BeginningsAsync(first.Sha256, shorter.ConvertAll(v => v.Size), cancellation);
        foreach (var version in shorter)
        {
            if (beginnings[version.Size] != version.Sha256)
                break;
            first = version;
        }

        return first.Sha256;
    }

    private async Task<Dictionary<long, string>> BeginningsAsync(string sha256, List<long> lengths, CancellationToken cancellation)
    {
        await using var stored = await store.OpenReadAsync(ObjectKeys.Source(sha256), cancellation);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (found, buffer, read) = (new Dictionary<long, string>(), new byte[1 << 16], 0L);
        foreach (var length in lengths.Order())
        {
            while (read < length)
            {
                var got = await stored.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, length - read)), cancellation);
                if (got == 0)
                    break;
                hash.AppendData(buffer.AsSpan(0, got));
                read += got;
            }

            found[length] = Convert.ToHexStringLower(hash.GetCurrentHash());
        }

        return found;
    }
}
