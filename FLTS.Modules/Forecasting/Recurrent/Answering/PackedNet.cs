using System.Buffers;
using System.Numerics;
using FLTS.Forecasting.Recurrent.Net;
using FLTS.Forecasting.Safetensors;

namespace FLTS.Forecasting.Recurrent.Answering;

/// <summary>
/// A trained net that answers, without libtorch: LSTM or GRU layers and a linear head on the last step (PyTorch's equations), the mean of
/// its members. Nothing changes after it is made, so any number of threads may ask at once.
/// </summary>
internal sealed class PackedNet
{
    private readonly NetShape _shape;
    private readonly NamedTensor[] _tensors;
    private readonly Member[] _members;

    /// <summary>From tensors, taking them out of <paramref name="tensors"/>.</summary>
    /// <exception cref="CorruptArtifactException">One is missing, of another shape or not finite.</exception>
    public PackedNet(NetShape shape, IDictionary<string, NamedTensor> tensors, string file)
    {
        _shape = shape;
        var taken = new List<NamedTensor>();
        _members = [.. Enumerable.Range(0, shape.Members).Select(Read)];
        _tensors = [.. taken];

        Member Read(int member)
        {
            var layers = Enumerable.Range(0, shape.Layers).Select(layer => new PackedLayer(
                shape.Cell,
                Take(shape.Name(member, layer, "weight_ih"), shape.Gates * shape.Units, shape.InputsOf(layer)),
                Take(shape.Name(member, layer, "weight_hh"), shape.Gates * shape.Units, shape.Units),
                Take(shape.Name(member, layer, "bias_ih"), shape.Gates * shape.Units),
                Take(shape.Name(member, layer, "bias_hh"), shape.Gates * shape.Units)));
            return new Member(
                shape,
                [.. layers],
                Take(NetShape.HeadName(member, "weight"), shape.Outputs, shape.Units),
                Take(NetShape.HeadName(member, "bias"), shape.Outputs),
                shape.Beside == 0 ? [] : Take(NetShape.HeadName(member, "beside"), shape.Knots, shape.Beside, shape.OutputsOfKnot));
        }

        float[] Take(string name, params long[] size)
        {
            if (!tensors.Remove(name, out var tensor)
                || !tensor.Shape.SequenceEqual(size)
                || tensor.Values is not float[] singles
                || !singles.All(float.IsFinite))
            {
                throw new CorruptArtifactException(
                    $"{file}: tensor '{name}' is missing, not F32 of shape [{string.Join(", ", size)}] or holds values that are not "
                    + "finite.");
            }

            taken.Add(tensor);
            return singles;
        }
    }

    /// <summary>The tensors it was made from.</summary>
    public IReadOnlyList<NamedTensor> Tensors => _tensors;

    /// <summary>The mean of the members' outputs; the same window has the same bits in any batch.</summary>
    /// <param name="windows">[L, B, F] Normalised rows, time first.</param>
    /// <param name="batch">B, at least 1.</param>
    /// <param name="outputs">[B, outputs] Told.</param>
    public void Forward(ReadOnlySpan<float> windows, int batch, Span<float> outputs) => Forward(windows, batch, [0], default, outputs);

    /// <summary>The same at some knots of the leads only.</summary>
    /// <param name="windows">[L, B, F] Normalised rows, time first.</param>
    /// <param name="batch">B, at least 1.</param>
    /// <param name="knots">[k] Positions of those wanted; of a net without knots the first is all there is.</param>
    /// <param name="beside">[B, k, E] What the head sees of each beside the state.</param>
    /// <param name="outputs">[B, k, outputs of a knot] Told.</param>
    public unsafe void Forward(
        ReadOnlySpan<float> windows, int batch, ReadOnlySpan<int> knots, ReadOnlySpan<float> beside, Span<float> outputs)
    {
        var length = windows.Length / (batch * _shape.Inputs);
        var scratch = ArrayPool<float>.Shared.Rent(StatesOf(batch));
        try
        {
            outputs.Clear();
            fixed (float* rows = windows, states = scratch)
            {
                foreach (var member in _members)
                {
                    scratch.AsSpan(0, StatesOf(batch)).Clear();
                    var last = Run(member, rows, states, length, batch);
                    member.AddHead(last, batch, knots, beside, outputs);
                }
            }

            for (var i = 0; i < outputs.Length; i++)
                outputs[i] /= _members.Length;
        }
        finally
        {
            ArrayPool<float>.Shared.Return(scratch);
        }
    }

    /// <summary>What the heads of the first members see: the last states of their last layers.</summary>
    /// <param name="windows">[L, B, F] Normalised rows, time first.</param>
    /// <param name="batch">B, at least 1.</param>
    /// <param name="members">How many.</param>
    /// <returns>[B, members * units]</returns>
    public unsafe float[] States(ReadOnlySpan<float> windows, int batch, int members)
    {
        var (length, units, padded) = (windows.Length / (batch * _shape.Inputs), _shape.Units, _members[0].Layers[0].Padded);
        var (scratch, seen) = (new float[StatesOf(batch)], new float[batch * members * units]);
        fixed (float* rows = windows, states = scratch)
        {
            for (var i = 0; i < members; i++)
            {
                Array.Clear(scratch);
                var last = Run(_members[i], rows, states, length, batch);
                for (var b = 0; b < batch; b++)
                    new ReadOnlySpan<float>(last + (b * padded), units).CopyTo(seen.AsSpan(((b * members) + i) * units));
            }
        }

        return seen;
    }

    /// <summary>Numbers that all layers of a member remember of so many windows.</summary>
    private int StatesOf(int batch) =>
        _shape.Layers * (_shape.Cell == RecurrentCell.Lstm ? 3 : 2) * batch * _members[0].Layers[0].Padded;

    /// <returns>[B, padded] The last layer's last state.</returns>
    private unsafe float* Run(Member member, float* rows, float* states, int length, int batch)
    {
        var padded = member.Layers[0].Padded;
        var (ofState, layers) = ((nint)batch * padded, member.Layers.Length);
        var memories = states + (2 * layers * ofState);
        for (var t = 0; t < length; t++, rows += batch * _shape.Inputs)
        {
            var inputs = rows;
            var stride = _shape.Inputs;
            for (var l = 0; l < layers; l++)
            {
                var before = states + (((2 * l) + (t & 1)) * ofState);
                var after = states + (((2 * l) + 1 - (t & 1)) * ofState);
                member.Layers[l].Step(inputs, stride, before, memories + (l * ofState), after, batch);
                inputs = after;
                stride = padded;
            }
        }

        return states + (((2 * (layers - 1)) + (length & 1)) * ofState);
    }

    private sealed class Member(NetShape shape, PackedLayer[] layers, float[] weight, float[] bias, float[] besideWeight)
    {
        // [outputs, padded], so that a whole vector of units meets a whole vector of weights.
        private readonly float[] _weight = Padded(weight, bias.Length, layers[0].Padded);

        public PackedLayer[] Layers => layers;

        public unsafe void AddHead(float* state, int batch, ReadOnlySpan<int> knots, ReadOnlySpan<float> beside, Span<float> outputs)
        {
            var (padded, size) = (layers[0].Padded, shape.OutputsOfKnot);
            fixed (float* head = _weight)
            {
                for (var b = 0; b < batch; b++, state += padded)
                {
                    for (var k = 0; k < knots.Length; k++)
                    {
                        var into = outputs.Slice(((b * knots.Length) + k) * size, size);
                        for (var o = 0; o < size; o++)
                        {
                            var sum = Vector<float>.Zero;
                            var of = head + (((knots[k] * size) + o) * padded);
                            for (var j = 0; j < padded; j += Vector<float>.Count)
                                sum = Vector.FusedMultiplyAdd(Vector.Load(state + j), Vector.Load(of + j), sum);
                            into[o] += Vector.Sum(sum) + bias[(knots[k] * size) + o];
                        }

                        for (var e = 0; e < shape.Beside; e++)
                        {
                            var seen = beside[(((b * knots.Length) + k) * shape.Beside) + e];
                            var of = besideWeight.AsSpan(((knots[k] * shape.Beside) + e) * size, size);
                            for (var o = 0; o < size; o++)
                                into[o] += seen * of[o];
                        }
                    }
                }
            }
        }

        private static float[] Padded(float[] weight, int outputs, int padded)
        {
            var (units, filled) = (weight.Length / outputs, new float[outputs * padded]);
            for (var o = 0; o < outputs; o++)
                weight.AsSpan(o * units, units).CopyTo(filled.AsSpan(o * padded));
            return filled;
        }
    }
}
