using System.Globalization;
using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using FLTS.Forecasting.Safetensors;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace FLTS.Forecasting.Recurrent.Training;

/// <summary>
/// Adam (Kingma and Ba 2015, algorithm 1; PyTorch's constants and its L2 penalty) behind a clipped gradient (Pascanu, Mikolov and Bengio
/// 2013), one pass over memory a step. TorchSharp's own hands every factor to libtorch as an object that the garbage collector may free
/// while libtorch reads it: seldom, a factor was another number.
/// </summary>
internal sealed class Adam
{
    private const double Beta1 = 0.9, Beta2 = 0.999;
    private const float Epsilon = 1e-8f;

    private readonly TorchSharp.Modules.Parameter[] _parameters;
    private readonly float[][] _means, _squares; // of gradients, running
    private readonly float _weightDecay;
    private long _steps;

    /// <param name="parameters">Float32, contiguous; changed in place.</param>
    /// <param name="weightDecay">Times a weight, added to its gradient.</param>
    public Adam(IEnumerable<TorchSharp.Modules.Parameter> parameters, double weightDecay)
    {
        (_parameters, _weightDecay) = ([.. parameters], (float)weightDecay);
        (_means, _squares) = (Zeros(), Zeros());

        float[][] Zeros() => [.. _parameters.Select(p => new float[p.numel()])];
    }

    /// <summary>Changes the parameters by their gradients, and sets these to 0.</summary>
    /// <param name="rate">Learning rate.</param>
    /// <param name="clip">Largest norm of all gradients together; what is longer is shortened to it. 0: no limit.</param>
    public void Step(double rate, double clip)
    {
        using var scope = NewDisposeScope();
        var gradients = _parameters.Select(p => p.grad ?? throw new InvalidOperationException("A parameter has no gradient.")).ToArray();
        var norm = clip > 0 ? Math.Sqrt(gradients.Sum(g => (double)TensorPrimitives.SumOfSquares(Numbers(g)))) : 0;
        _steps++;
        var factors = new Factors(
            norm > clip ? (float)(clip / (norm + 1e-6)) : 1,
            _weightDecay,
            (float)(rate / (1 - Math.Pow(Beta1, _steps))),
            (float)(1 / Math.Sqrt(1 - Math.Pow(Beta2, _steps))));
        for (var p = 0; p < _parameters.Length; p++)
            Update(Numbers(_parameters[p]), Numbers(gradients[p]), _means[p], _squares[p], factors);
    }

    /// <summary>What it remembers, copied: its steps and, a parameter, the means of gradients and of their squares.</summary>
    public NamedTensor[] Save() =>
    [
        new("steps", [], new double[] { _steps }),
        .. _parameters.SelectMany((parameter, p) => (NamedTensor[])[
            new(Name("mean", p), parameter.shape, _means[p].ToArray()),
            new(Name("square", p), parameter.shape, _squares[p].ToArray()),
        ]),
    ];

    /// <summary>Takes <see cref="Save"/> back.</summary>
    public void Restore(NamedTensor[] saved)
    {
        _steps = (long)saved.Single(t => t.Name == "steps").Doubles[0];
        for (var p = 0; p < _parameters.Length; p++)
        {
            saved.Single(t => t.Name == Name("mean", p)).Singles.CopyTo(_means[p], 0);
            saved.Single(t => t.Name == Name("square", p)).Singles.CopyTo(_squares[p], 0);
        }
    }

    private static string Name(string what, int parameter) => string.Create(CultureInfo.InvariantCulture, $"{what}.{parameter}");

    private static Span<float> Numbers(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);

    private static void Update(Span<float> weights, Span<float> gradients, Span<float> means, Span<float> squares, Factors f)
    {
        var wide = weights.Length - (weights.Length % Vector<float>.Count);
        var w = Wide(weights[..wide]);
        var g = Wide(gradients[..wide]);
        var m = Wide(means[..wide]);
        var s = Wide(squares[..wide]);
        for (var i = 0; i < w.Length; i++)
        {
            var gradient = (g[i] * f.Shortened) + (w[i] * f.WeightDecay);
            m[i] += (gradient - m[i]) * (float)(1 - Beta1);
            s[i] = (s[i] * (float)Beta2) + (gradient * gradient * (float)(1 - Beta2));
            w[i] -= m[i] * f.Rate / ((Vector.SquareRoot(s[i]) * f.Spread) + new Vector<float>(Epsilon));
        }

        // The same, one by one.
        for (var i = wide; i < weights.Length; i++)
        {
            var gradient = (gradients[i] * f.Shortened) + (weights[i] * f.WeightDecay);
            means[i] += (gradient - means[i]) * (float)(1 - Beta1);
            squares[i] = (squares[i] * (float)Beta2) + (gradient * gradient * (float)(1 - Beta2));
            weights[i] -= means[i] * f.Rate / ((MathF.Sqrt(squares[i]) * f.Spread) + Epsilon);
        }

        gradients.Clear();

        static Span<Vector<float>> Wide(Span<float> numbers) => MemoryMarshal.Cast<float, Vector<float>>(numbers);
    }

    /// <param name="Shortened">What clipping leaves of a gradient.</param>
    /// <param name="WeightDecay">As given.</param>
    /// <param name="Rate">Learning rate, freed of the first steps' bias to 0.</param>
    /// <param name="Spread">Brings the root of the squares' mean to what it is without that bias.</param>
    private readonly record struct Factors(float Shortened, float WeightDecay, float Rate, float Spread);
}
