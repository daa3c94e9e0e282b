using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace FLTS.Modules.Kit;

/// <summary>A counter whose series are there from the first scrape on: one that has not moved is 0, not absent.</summary>
internal sealed class LabelledCounter
{
    private readonly ConcurrentDictionary<Labels, StrongBox> _counts = new();
    private readonly string[] _names;

    /// <param name="meter">Of the module.</param>
    /// <param name="name">As API.md lists it.</param>
    /// <param name="description">What it counts, in a sentence.</param>
    /// <param name="labels">Names of the labels.</param>
    /// <param name="known">Values, in the order of <paramref name="labels"/>, whose series exist from the start.</param>
    public LabelledCounter(Meter meter, string name, string description, string[] labels, IEnumerable<string[]> known)
    {
        _names = labels;
        foreach (var values in known)
            _counts.TryAdd(new Labels(values), new StrongBox());

        meter.CreateObservableCounter(name, Observe, description: description);
    }

    /// <param name="delta">At least 0.</param>
    /// <param name="values">Of the labels, in their order.</param>
    public void Add(long delta, params string[] values) =>
        Interlocked.Add(ref _counts.GetOrAdd(new Labels(values), _ => new StrongBox()).Value, delta);

    private IEnumerable<Measurement<long>> Observe() => _counts.Select(c => new Measurement<long>(
        Interlocked.Read(ref c.Value.Value),
        _names.Select((name, i) => new KeyValuePair<string, object?>(name, c.Key[i]))));

    private sealed class StrongBox
    {
        public long Value;
    }

    private readonly struct Labels(string[] values) : IEquatable<Labels>
    {
        private readonly string[] _values = values;

        public string this[int index] => _values[index];

        public bool Equals(Labels other) => _values.AsSpan().SequenceEqual(other._values);

        public override bool Equals(object? obj) => obj is Labels other && Equals(other);

        public override int GetHashCode()
        {
            var hash = default(HashCode);
            foreach (var value in _values)
                hash.Add(value, StringComparer.Ordinal);
            return hash.ToHashCode();
        }
    }
}
