using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using FLTS.Forecasting.Json;
using FLTS.Forecasting.Series.Csv;

namespace FLTS.Modules.Inference.Windows;

/// <summary>
/// An object of lists, read before it is known for which model: numbers are numbers already, what depends on the model (words for a missing
/// value, forms of times) stays as it was sent. Used again by the next request.
/// </summary>
internal sealed class SentColumns
{
    private const int FirstNumbers = 512;

    /// <summary>Names that are kept for the next request, and the bytes of the longest of them.</summary>
    private const int MostKept = 1024, LongestKept = 256;

    private readonly List<SentColumn> _columns = [];
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly List<byte[]> _names = []; // Of the request before, as its bytes and as text: a client sends the same ones again.
    private readonly List<string> _texts = [];
    private double[] _numbers = [];
    private int _count;

    /// <summary>In the order in which they were sent.</summary>
    public ReadOnlySpan<SentColumn> All => CollectionsMarshal.AsSpan(_columns);

    /// <summary>The member was there.</summary>
    public bool IsGiven { get; private set; }

    public bool Contains(string name) => _places.ContainsKey(name);

    /// <summary>A list that is there.</summary>
    public SentColumn this[string name] => _columns[_places[name]];

    /// <summary>[rows] NaN where there is none; what counts only where they <see cref="SentColumn.IsOfNumbers"/>.</summary>
    public ReadOnlySpan<double> Numbers(SentColumn column) => _numbers.AsSpan(column.First, column.Rows);

    /// <summary>Reads the object on which the reader stands, to its end.</summary>
    /// <param name="reader">Of <paramref name="rest"/>.</param>
    /// <param name="rest">Of the body, up to its end; less of it afterwards, as lists of numbers are read past the reader.</param>
    /// <param name="length">Of the body.</param>
    /// <exception cref="InvalidInputException">A name is given twice, or text is none.</exception>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public void Read(ref Utf8JsonReader reader, ref ReadOnlySpan<byte> rest, int length)
    {
        IsGiven = true;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = Name(ref reader);
            reader.Read();
            if (!_places.TryAdd(name, _columns.Count))
                throw new InvalidInputException($"'{name}' is given twice.");
            _columns.Add(Plain(name, ref reader, ref rest, length) ?? Column(name, ref reader, length - rest.Length));
        }
    }

    public void Clear()
    {
        _columns.Clear();
        _places.Clear();
        (_count, IsGiven) = (0, false);
        if (_numbers.Length > 0)
            ArrayPool<double>.Shared.Return(_numbers);
        _numbers = [];
    }

    /// <summary>A list of nothing but numbers; null: it is something else, and nothing was read.</summary>
    private SentColumn? Plain(string name, ref Utf8JsonReader reader, ref ReadOnlySpan<byte> rest, int length)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            return null;

        var (first, start, at) = (_count, length - rest.Length + (int)reader.TokenStartIndex, (int)reader.BytesConsumed);
        do
        {
            at = SentNumbers.SkipSpace(rest, at);
            if (!SentNumbers.TryRead(rest[at..], out var value, out var digits))
                return Nothing();
            Add(value);
            at = SentNumbers.SkipSpace(rest, at + digits);
            if (at == rest.Length || rest[at] is not ((byte)',' or (byte)']'))
                return Nothing();
        }
        while (rest[at++] == ',');

        rest = rest[(at - 1)..]; // The reader goes on with the end of the list.
        reader = new Utf8JsonReader(rest, isFinalBlock: true, reader.CurrentState);
        reader.Read();
        return new SentColumn(name, _count - first, first, true, start..(length - rest.Length + 1));

        SentColumn? Nothing()
        {
            _count = first;
            return null;
        }
    }

    /// <param name="name">Of the list.</param>
    /// <param name="reader">Stands on it.</param>
    /// <param name="before">Bytes of the body before those that the reader has.</param>
    private SentColumn Column(string name, ref Utf8JsonReader reader, int before)
    {
        var (first, start, isOfNumbers) = (_count, before + (int)reader.TokenStartIndex, true);
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            JsonText.Check(reader, name);
            reader.Skip();
            return new SentColumn(name, -1, first, false, start..(before + (int)reader.BytesConsumed));
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var value = double.NaN;
            switch (reader.TokenType)
            {
                case JsonTokenType.Number:
                    if (!NumberParser.TryParse(reader.ValueSpan, out value))
                        value = double.PositiveInfinity;
                    isOfNumbers &= Math.Abs(value) <= CsvBlock.Largest;
                    break;
                case JsonTokenType.True or JsonTokenType.False:
                    value = reader.TokenType == JsonTokenType.True ? 1 : 0;
                    break;
                case JsonTokenType.Null:
                    break;
                default:
                    isOfNumbers = false;
                    JsonText.Check(reader, name);
                    reader.Skip();
                    break;
            }

            Add(value);
        }

        return new SentColumn(name, _count - first, first, isOfNumbers, start..(before + (int)reader.BytesConsumed));
    }

    private void Add(double value)
    {
        if (_count == _numbers.Length)
        {
            var larger = ArrayPool<double>.Shared.Rent(Math.Max(FirstNumbers, 2 * _count));
            _numbers.AsSpan(0, _count).CopyTo(larger);
            if (_count > 0)
                ArrayPool<double>.Shared.Return(_numbers);
            _numbers = larger;
        }

        _numbers[_count++] = value;
    }

    private string Name(ref Utf8JsonReader reader)
    {
        var at = _columns.Count;
        if (reader.ValueIsEscaped || at > _names.Count)
            return JsonText.Text(ref reader, "");
        if (at < _names.Count && reader.ValueSpan.SequenceEqual(_names[at]))
            return _texts[at];

        var name = JsonText.Text(ref reader, "");
        if (reader.ValueSpan.Length > LongestKept || at >= MostKept)
            return name;
        _names.RemoveRange(at, _names.Count - at);
        _texts.RemoveRange(at, _texts.Count - at);
        _names.Add(reader.ValueSpan.ToArray());
        _texts.Add(name);
        return name;
    }
}
