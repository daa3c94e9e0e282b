using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace FLTS.Forecasting.Safetensors;

/// <summary>
/// Hugging Face's safetensors format: 8 bytes of header length (little endian), a JSON header, then the values without holes or overlaps.
/// Nothing in it can be executed. Types F32 and F64 only. See github.com/huggingface/safetensors, section "Format".
/// </summary>
public static class SafetensorsFile
{
    private const int LengthBytes = 8;
    private const int MaxHeader = 1 << 20;
    private const int MaxDimensions = 8;

    /// <summary>Writes tensors in the order given; equal tensors give equal bytes.</summary>
    /// <exception cref="ArgumentException">Two tensors of one name, values that do not fill the shape, or another type
    /// than float and double.</exception>
    public static byte[] Write(IReadOnlyList<NamedTensor> tensors)
    {
        using var header = new MemoryStream();
        using var data = new MemoryStream();
        using (var json = new Utf8JsonWriter(header))
        {
            json.WriteStartObject();
            foreach (var tensor in tensors)
            {
                if (tensors.Count(t => t.Name == tensor.Name) > 1 || tensor.Name is "" or "__metadata__")
                    throw new ArgumentException(
                        $"'{tensor.Name}' cannot name a tensor here: names are unique, not empty and not __metadata__.", nameof(tensors));
                if (tensor.Shape.Aggregate(1L, (size, n) => size * n) != tensor.Values.Length)
                    throw new ArgumentException(
                        $"Tensor '{tensor.Name}' has {tensor.Values.Length} values, which do not fill [{string.Join(", ", tensor.Shape)}].",
                        nameof(tensors));
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", (tensor.Values is float[]) ? "F32" : "F64");
                json.WriteStartArray("shape");
                foreach (var size in tensor.Shape)
                    json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(data.Length);
                Append(data, tensor);
                json.WriteNumberValue(data.Length);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        // The header is filled with spaces so that the values start at a multiple of 8.
        while (header.Length % LengthBytes != 0)
            header.WriteByte((byte)' ');
        var file = new byte[LengthBytes + header.Length + data.Length];
        BinaryPrimitives.WriteInt64LittleEndian(file, header.Length);
        header.ToArray().CopyTo(file, LengthBytes);
        data.ToArray().CopyTo(file, LengthBytes + (int)header.Length);
        return file;
    }

    /// <summary>Reads every tensor of a file.</summary>
    /// <param name="file">The bytes; they need not be trusted.</param>
    /// <param name="name">The file's name, for messages.</param>
    /// <exception cref="CorruptArtifactException">The bytes are not a whole, well-formed safetensors file of
    /// F32 and F64 values.</exception>
    public static IReadOnlyDictionary<string, NamedTensor> Read(ReadOnlyMemory<byte> file, string name)
    {
        if (file.Length < LengthBytes)
            throw Corrupt(name, $"it has {file.Length} bytes, fewer than the 8 of the header's length");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(file.Span);
        if (length is < 2 or > MaxHeader || length > (ulong)(file.Length - LengthBytes))
            throw Corrupt(name, $"its header is said to be {length} bytes long, in a file of {file.Length}");
        var data = file[(LengthBytes + (int)length)..];
        var tensors = new Dictionary<string, NamedTensor>(StringComparer.Ordinal);
        var spans = new List<(long Start, long End, string Tensor)>();
        try
        {
            using var header = JsonDocument.Parse(
                file.Slice(LengthBytes, (int)length),
                new JsonDocumentOptions { MaxDepth = 4, AllowDuplicateProperties = false });
            foreach (var entry in header.RootElement.EnumerateObject())
            {
                if (entry.Name == "__metadata__")
                    continue;
                var (tensor, start, end) = ReadTensor(entry, data.Span, name);
                tensors.Add(entry.Name, tensor);
                spans.Add((start, end, entry.Name));
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new CorruptArtifactException($"{name}: the header is malformed: {e.Message}", e);
        }

        var expected = 0L;
        foreach (var (start, end, tensor) in spans.OrderBy(s => s.Start).ThenBy(s => s.End))
        {
            if (start != expected)
                throw Corrupt(
                    name, $"tensor '{tensor}' starts at {start}, where {expected} was due: tensors must neither overlap nor leave holes");
            expected = end;
        }

        return expected == data.Length
            ? tensors
            : throw Corrupt(name, $"it has {data.Length} bytes of values where its header names {expected}");
    }

    private static (NamedTensor Tensor, long Start, long End) ReadTensor(JsonProperty entry, ReadOnlySpan<byte> data, string name)
    {
        var type = entry.Value.GetProperty("dtype").GetString();
        var width = type switch
        {
            "F32" => sizeof(float),
            "F64" => sizeof(double),
            _ => throw Corrupt(name, $"tensor '{entry.Name}' is of type {type}; only F32 and F64 are read"),
        };
        var shape = entry.Value.GetProperty("shape").EnumerateArray().Select(n => n.GetInt64()).ToArray();
        var offsets = entry.Value.GetProperty("data_offsets").EnumerateArray().Select(n => n.GetInt64()).ToArray();
        if (offsets.Length != 2 || offsets[0] < 0 || offsets[1] < offsets[0] || offsets[1] > data.Length)
            throw Corrupt(name, $"tensor '{entry.Name}' lies at [{string.Join(", ", offsets)}], outside the {data.Length} bytes of values");
        var bytes = data[(int)offsets[0]..(int)offsets[1]];
        var count = bytes.Length / width;
        if (shape.Length > MaxDimensions || bytes.Length % width != 0 || !Fills(shape, count))
            throw Corrupt(name, $"tensor '{entry.Name}' of shape [{string.Join(", ", shape)}] does not fill {bytes.Length} bytes");
        Array values = type == "F32" ? ToSingles(bytes, count) : ToDoubles(bytes, count);
        return (new NamedTensor(entry.Name, shape, values), offsets[0], offsets[1]);
    }

    private static bool Fills(long[] shape, long count)
    {
        if (shape.Any(n => n < 0))
            return false;
        if (shape.Contains(0))
            return count == 0;
        var size = 1L;
        foreach (var n in shape)
        {
            if (n > count / size)
                return false;
            size *= n;
        }

        return size == count;
    }

    private static float[] ToSingles(ReadOnlySpan<byte> bytes, int count)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++)
            values[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(i * sizeof(float))..]);
        return values;
    }

    private static double[] ToDoubles(ReadOnlySpan<byte> bytes, int count)
    {
        var values = new double[count];
        for (var i = 0; i < count; i++)
            values[i] = BinaryPrimitives.ReadDoubleLittleEndian(bytes[(i * sizeof(double))..]);
        return values;
    }

    private static void Append(MemoryStream data, NamedTensor tensor)
    {
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("Safetensors are written on little-endian machines only.");
        data.Write(tensor.Values switch
        {
            float[] singles => MemoryMarshal.AsBytes<float>(singles),
            double[] doubles => MemoryMarshal.AsBytes<double>(doubles),
            _ => throw new ArgumentException($"Tensor '{tensor.Name}' is neither float nor double.", nameof(tensor)),
        });
    }

    private static CorruptArtifactException Corrupt(string name, string what) => new($"{name}: {what}.");
}
