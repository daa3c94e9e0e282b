using FLTS.Forecasting.Recurrent.Answering;
using FLTS.Forecasting.Recurrent.Net;
using FLTS.Forecasting.Safetensors;
using NUnit.Framework;
using static TorchSharp.torch;

namespace FLTS.Tests.Forecasting.Recurrent;

/// <summary>The net that answers against the same equations in double precision, against libtorch, and against itself.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class PackedNetTests
{
    private const int Length = 10, Inputs = 17, Outputs = 11;

    [TestCase("Gru", 1, 1, 1, 1)]
    [TestCase("Gru", 1, 32, 4, 3)]
    [TestCase("Gru", 2, 7, 2, 8)]
    [TestCase("Gru", 3, 33, 8, 5)]
    [TestCase("Gru", 2, 128, 1, 64)]
    [TestCase("Gru", 1, 256, 1, 2)]
    [TestCase("Lstm", 1, 1, 1, 1)]
    [TestCase("Lstm", 1, 32, 4, 3)]
    [TestCase("Lstm", 2, 7, 2, 8)]
    [TestCase("Lstm", 3, 33, 8, 5)]
    [TestCase("Lstm", 2, 128, 1, 64)]
    [TestCase("Lstm", 1, 256, 1, 2)]
    public void Outputs_are_as_near_to_double_precision_as_twice_libtorchs(string cell, int layers, int units, int members, int batch)
    {
        var shape = new NetShape(Enum.Parse<RecurrentCell>(cell), Inputs, Outputs, units, layers, members);
        using var scope = NewDisposeScope();
        using var still = no_grad();
        using var libtorch = new RecurrentNet(shape, new Random(units));
        var windows = Windows(batch);

        var exact = new DoubleNet(shape, libtorch.Save()).Forward(windows, batch);
        var theirs = Distance(libtorch.Forward(tensor(windows, Length, batch, Inputs)).contiguous().data<float>().ToArray(), exact);
        var ours = Distance(Answer(Packed(libtorch, shape), windows, batch), exact);

        TestContext.Out.WriteLine($"largest distance {ours:g3}, libtorch's {theirs:g3}");
        Assert.That(ours, Is.LessThan(Math.Max(2 * theirs, 1e-6)));
    }

    [TestCase("Gru")]
    [TestCase("Lstm")]
    public void A_window_has_the_same_bits_alone_in_any_batch_and_from_many_threads(string cell)
    {
        var shape = new NetShape(Enum.Parse<RecurrentCell>(cell), Inputs, Outputs, 37, 2, 3);
        using var libtorch = new RecurrentNet(shape, new Random(1));
        var net = Packed(libtorch, shape);
        var windows = Windows(64);
        var together = Answer(net, windows, 64);

        var failures = 0;
        Parallel.For(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 16 }, b =>
        {
            var seven = Math.Min(b, 57);
            if (!Answer(net, Of(windows, b, 1), 1).AsSpan().SequenceEqual(together.AsSpan(b * Outputs, Outputs))
                || !Answer(net, Of(windows, seven, 7), 7).AsSpan().SequenceEqual(together.AsSpan(seven * Outputs, 7 * Outputs)))
                Interlocked.Increment(ref failures);
        });

        Assert.That(failures, Is.Zero, "windows whose answer depends on what is asked beside them");
    }

    [TestCase("Gru")]
    [TestCase("Lstm")]
    public void Gates_that_are_all_open_or_shut_stay_finite(string cell)
    {
        var shape = new NetShape(Enum.Parse<RecurrentCell>(cell), Inputs, Outputs, 16, 2, 1);
        using var libtorch = new RecurrentNet(shape, new Random(1));

        var outputs = Answer(Packed(libtorch, shape), Array.ConvertAll(Windows(4), v => v * 1e30f), 4);

        Assert.That(outputs, Has.All.Matches<float>(float.IsFinite));
    }

    private static PackedNet Packed(RecurrentNet net, NetShape shape) =>
        new(shape, net.Save().ToDictionary(t => t.Name), "weights.safetensors");

    private static float[] Answer(PackedNet net, float[] windows, int batch)
    {
        var outputs = new float[batch * Outputs];
        net.Forward(windows, batch, outputs);
        return outputs;
    }

    private static float[] Windows(int batch)
    {
        var random = new Random(7);
        return [.. Enumerable.Range(0, Length * batch * Inputs).Select(_ => (float)((4 * random.NextDouble()) - 2))];
    }

    /// <summary>Some windows of a batch of 64.</summary>
    private static float[] Of(float[] windows, int first, int count) =>
        [.. Enumerable.Range(0, Length).SelectMany(t => windows.Skip(((t * 64) + first) * Inputs).Take(count * Inputs))];

    private static double Distance(float[] outputs, double[] exact) => outputs.Zip(exact, (o, e) => Math.Abs(o - e)).Max();

    /// <summary>PyTorch's equations as its documentation writes them, in double precision.</summary>
    private sealed class DoubleNet(NetShape shape, NamedTensor[] weights)
    {
        private readonly Dictionary<string, float[]> _weights = weights.ToDictionary(t => t.Name, t => t.Singles);

        public double[] Forward(float[] windows, int batch)
        {
            var outputs = new double[batch * shape.Outputs];
            for (var member = 0; member < shape.Members; member++)
            {
                for (var b = 0; b < batch; b++)
                {
                    double[][] rows =
                        [.. Enumerable.Range(0, Length).Select(t => Enumerable.Range(0, shape.Inputs)
                            .Select(f => (double)windows[(((t * batch) + b) * shape.Inputs) + f]).ToArray())];
                    for (var layer = 0; layer < shape.Layers; layer++)
                        rows = Layer(member, layer, rows);
                    var bias = _weights[NetShape.HeadName(member, "bias")];
                    var head = Product(_weights[NetShape.HeadName(member, "weight")], rows[^1], bias);
                    for (var o = 0; o < shape.Outputs; o++)
                        outputs[(b * shape.Outputs) + o] += head[o] / shape.Members;
                }
            }

            return outputs;
        }

        private double[][] Layer(int member, int layer, double[][] rows)
        {
            var units = shape.Units;
            double[] Of(string kind, double[] by) =>
                Product(_weights[shape.Name(member, layer, $"weight_{kind}")], by, _weights[shape.Name(member, layer, $"bias_{kind}")]);
            var (h, c) = (new double[units], new double[units]);
            return Array.ConvertAll(rows, row =>
            {
                var (x, s) = (Of("ih", row), Of("hh", h));
                h = [.. Enumerable.Range(0, units).Select(j => shape.Cell == RecurrentCell.Gru ? Gru(j) : Lstm(j))];
                return h;

                double Gru(int j)
                {
                    var (r, z) = (Sigmoid(x[j] + s[j]), Sigmoid(x[units + j] + s[units + j]));
                    var n = Math.Tanh(x[(2 * units) + j] + (r * s[(2 * units) + j]));
                    return ((1 - z) * n) + (z * h[j]);
                }

                double Lstm(int j)
                {
                    double Gate(int gate) => x[(gate * units) + j] + s[(gate * units) + j];
                    c[j] = (Sigmoid(Gate(1)) * c[j]) + (Sigmoid(Gate(0)) * Math.Tanh(Gate(2)));
                    return Sigmoid(Gate(3)) * Math.Tanh(c[j]);
                }
            });
        }

        private static double[] Product(float[] matrix, double[] by, float[] bias) =>
            [.. bias.Select((start, row) => start + by.Select((v, k) => matrix[(row * by.Length) + k] * v).Sum())];

        private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
    }
}
