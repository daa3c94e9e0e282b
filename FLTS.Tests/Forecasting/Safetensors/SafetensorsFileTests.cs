using System.Buffers.Binary;
using System.Text;
using FLTS.Forecasting.Safetensors;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Safetensors;

[Parallelizable]
public sealed class SafetensorsFileTests
{
    private static readonly NamedTensor[] _tensors =
    [
        new("weights", [2, 3], new[] { 1f, -2f, 3.5f, float.MaxValue, float.Epsilon, 0f }),
        new("constants", [2], new[] { Math.PI, -1e300 }),
        new("scalar", [], new[] { 7f }),
        new("empty", [0, 4], Array.Empty<float>()),
    ];

    [Test]
    public void What_is_written_is_read_again()
    {
        var file = SafetensorsFile.Write(_tensors);
        var read = SafetensorsFile.Read(file, "w");

        Assert.That(read.Keys, Is.EquivalentTo(_tensors.Select(t => t.Name)));
        foreach (var tensor in _tensors)
        {
            Assert.That(read[tensor.Name].Shape, Is.EqualTo(tensor.Shape), tensor.Name);
            Assert.That(read[tensor.Name].Values, Is.EqualTo(tensor.Values), tensor.Name);
        }

        Assert.That(SafetensorsFile.Write(_tensors), Is.EqualTo(file), "equal tensors give equal bytes");
    }

    [Test]
    public void A_file_cut_anywhere_or_with_more_behind_it_is_refused()
    {
        var file = SafetensorsFile.Write(_tensors);
        for (var length = 0; length < file.Length; length++)
            Assert.That(
                () => SafetensorsFile.Read(file.AsMemory(0, length), "w"),
                Throws.TypeOf<CorruptArtifactException>(),
                $"cut to {length} bytes");
        Assert.That(() => SafetensorsFile.Read((byte[])[.. file, 0], "w"), Throws.TypeOf<CorruptArtifactException>());
    }

    [Test]
    public void No_changed_header_byte_makes_anything_but_a_refusal_or_a_whole_file()
    {
        var file = SafetensorsFile.Write(_tensors);
        var header = 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        var random = new Random(5);
        for (var i = 0; i < 20_000; i++)
        {
            var changed = (byte[])file.Clone();
            changed[random.Next(header)] = (byte)random.Next(256);
            try
            {
                Assert.That(SafetensorsFile.Read(changed, "w").Values.Sum(t => t.Values.Length), Is.LessThanOrEqualTo(file.Length));
            }
            catch (CorruptArtifactException)
            {
                // The one refusal allowed.
            }
        }
    }

    [TestCase(
        """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""",
        "overlap",
        TestName = "Overlaps_are_refused")]
    [TestCase(
        """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""",
        "holes",
        TestName = "Holes_are_refused")]
    [TestCase(
        """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,12]}}""",
        "does not fill",
        TestName = "A_shape_that_does_not_fill_its_bytes_is_refused")]
    [TestCase(
        """{"a":{"dtype":"F32","shape":[4294967296,4294967296,3],"data_offsets":[0,12]}}""",
        "does not fill",
        TestName = "A_shape_that_overflows_is_refused")]
    [TestCase("""{"a":{"dtype":"F32","shape":[-3],"data_offsets":[0,12]}}""", "does not fill", TestName = "A_negative_size_is_refused")]
    [TestCase("""{"a":{"dtype":"I64","shape":[3],"data_offsets":[0,12]}}""", "I64", TestName = "Other_types_are_refused")]
    [TestCase("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[-4,12]}}""", "outside", TestName = "Negative_offsets_are_refused")]
    [TestCase("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""", "outside", TestName = "Offsets_behind_the_end_are_refused")]
    [TestCase(
        """{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]},"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}""",
        "malformed",
        TestName = "A_name_twice_is_refused")]
    [TestCase("""{"a":{"dtype":"F32","data_offsets":[0,12]}}""", "malformed", TestName = "A_missing_shape_is_refused")]
    [TestCase("""{"a":{"dtype":3,"shape":[3],"data_offsets":[0,12]}}""", "malformed", TestName = "A_type_that_is_no_text_is_refused")]
    [TestCase("[1,2]", "malformed", TestName = "A_header_that_is_no_object_is_refused")]
    public void Malformed_headers_are_refused(string header, string said) =>
        Assert.That(
            () => SafetensorsFile.Read(File(header), "w.safetensors"),
            Throws.TypeOf<CorruptArtifactException>().With.Message.Contains(said).And.Message.StartsWith("w.safetensors"));

    [Test]
    public void Metadata_is_passed_over() =>
        Assert.That(
            SafetensorsFile.Read(
                File("""{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}"""), "w")["a"].Singles,
            Is.EqualTo(new float[3]));

    private static byte[] File(string header)
    {
        var text = Encoding.UTF8.GetBytes(header);
        return [.. BitConverter.GetBytes((long)text.Length), .. text, .. new byte[12]];
    }
}
