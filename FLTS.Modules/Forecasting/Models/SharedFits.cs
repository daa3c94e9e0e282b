using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace FLTS.Forecasting.Models;

/// <summary>
/// What several fits of the same data need, such as the regressions of AR and AR_SEASONAL: references of an evaluation, members of an
/// ENSEMBLE and what direct models learn the difference to. It is computed once; who asks meanwhile waits. The last results are kept.
/// </summary>
public sealed class SharedFits
{
    /// <summary>Numbers that are kept: 64 MB.</summary>
    private const long MostNumbers = 8 << 20;

    private readonly Dictionary<string, Entry> _entries = [];
    private long _uses;

    /// <summary>What was computed of this data, else computes it.</summary>
    /// <typeparam name="T">Nothing changes in it afterwards.</typeparam>
    /// <param name="data">By its content.</param>
    /// <param name="what">All else that the result depends on.</param>
    /// <param name="compute">Of the data and of <paramref name="what"/> alone.</param>
    /// <param name="numbers">How many numbers a result holds, nearly.</param>
    /// <param name="cancellation">Of this caller.</param>
    public T Of<T>(TrainingSet data, string what, Func<T> compute, Func<T, long> numbers, CancellationToken cancellation)
        where T : class
    {
        var entry = EntryOf($"{Fingerprint(data)} {what}");

        // Who is cancelled while computing leaves it to the next who waits.
        entry.Turn.Wait(cancellation);
        try
        {
            if (entry.Result is T known)
                return known;
            var result = compute();
            (entry.Result, entry.Numbers) = (result, numbers(result));
            return result;
        }
        finally
        {
            entry.Turn.Release();
            Forget();
        }
    }

    private Entry EntryOf(string key)
    {
        lock (_entries)
        {
            if (!_entries.TryGetValue(key, out var entry))
                _entries[key] = entry = new Entry();
            entry.Used = ++_uses;
            return entry;
        }
    }

    /// <summary>Those that were not asked for the longest, until what is left is small enough.</summary>
    private void Forget()
    {
        lock (_entries)
        {
            var kept = 0L;
            foreach (var (key, entry) in _entries.OrderByDescending(e => e.Value.Used).ToArray())
            {
                if (entry.Turn.CurrentCount > 0 && (kept += entry.Numbers) > MostNumbers)
                    _entries.Remove(key);
            }
        }
    }

    /// <summary>Of all that a fit may look at but the scaler.</summary>
    private static string Fingerprint(TrainingSet data)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var series = data.Series;
        var words = new JsonArray(
            data.ValidationStart,
            series.Step.ToJson() is { } step ? new JsonArray(series.Step.Duration.Ticks, step) : series.Step.Duration.Ticks,
            Names(series.Columns),
            Names(series.Targets),
            Names(series.FlatTargets));
        hash.AppendData(Encoding.UTF8.GetBytes(words.ToJsonString()));
        hash.AppendData(MemoryMarshal.AsBytes(series.Timestamps.AsSpan()));
        hash.AppendData(MemoryMarshal.AsBytes(series.Segments.AsSpan()));
        foreach (var column in series.Values)
            hash.AppendData(MemoryMarshal.AsBytes(column.AsSpan()));
        foreach (var column in series.Observed)
            hash.AppendData(MemoryMarshal.AsBytes(column.AsSpan()));
        return Convert.ToHexString(hash.GetHashAndReset());

        static JsonArray Names(IEnumerable<string> names) => [.. names.Select(n => (JsonNode)n)];
    }

    private sealed class Entry
    {
        public SemaphoreSlim Turn { get; } = new(1);

        public object? Result { get; set; }

        public long Numbers { get; set; }

        public long Used { get; set; }
    }
}
