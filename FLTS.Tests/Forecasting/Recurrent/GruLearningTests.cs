using FLTS.Forecasting.Recurrent.Net;
using NUnit.Framework;
using static TorchSharp.torch;

namespace FLTS.Tests.Forecasting.Recurrent;

/// <summary>Backpropagation through time by hand against libtorch's autograd.</summary>
public sealed class GruLearningTests
{
    private const int Inputs = 5;
    private const int Outputs = 3;
    private const int Length = 7;

    [TestCase(1, 1, 1, 1, 0)]
    [TestCase(1, 15, 6, 2, 0)]
    [TestCase(1, 32, 9, 4, 0)]
    [TestCase(2, 16, 4, 1, 0)]
    [TestCase(3, 19, 5, 2, 0)]
    [TestCase(3, 33, 2, 1, 0.4)]
    public void Outputs_and_gradients_are_those_of_libtorch(int layers, int units, int batch, int members, double dropout)
    {
        using var scope = NewDisposeScope();
        using var net = new RecurrentNet(new NetShape(RecurrentCell.Gru, Inputs, Outputs, units, layers, members), new Random(3));
        var (windows, weights) = (Random(11, Length, batch, Inputs) * 2, Random(12, members, batch, Outputs));

        var expected = net.ForwardEach(windows, null, dropout, new Generator(5, CPU));
        (expected * weights).sum().backward();
        var gradients = Taken(net);
        var actual = net.Learn(windows, dropout, new Generator(5, CPU));
        (actual * weights).sum().backward();
        net.Backward();

        Assert.That(Values(actual), Is.EqualTo(Values(expected)).Within(1e-6));
        foreach (var (parameter, gradient) in net.Parameters.Zip(gradients))
            Assert.That(Values(parameter.grad!), Is.EqualTo(Values(gradient)).Within(1e-5 + (1e-5 * gradient.abs().max().item<float>())));
    }

    [Test]
    public void Nothing_of_a_batch_before_is_left_in_the_next()
    {
        using var scope = NewDisposeScope();
        using var net = new RecurrentNet(new NetShape(RecurrentCell.Gru, Inputs, Outputs, 9, 2, 1), new Random(3));
        var (one, two) = (Random(1, Length, 4, Inputs), Random(2, Length, 4, Inputs));

        var first = Gradients(one);
        _ = Gradients(two);
        _ = Gradients(Random(3, Length, 2, Inputs));

        Assert.That(Gradients(one), Is.EqualTo(first), "to the last bit");

        float[] Gradients(Tensor windows)
        {
            foreach (var parameter in net.Parameters)
                parameter.grad = null;
            net.Learn(windows, 0, new Generator(0, CPU)).square().sum().backward();
            net.Backward();
            return [.. net.Parameters.SelectMany(p => Values(p.grad!))];
        }
    }

    [Test]
    public void Gates_that_are_all_open_or_shut_stay_finite()
    {
        using var scope = NewDisposeScope();
        using var net = new RecurrentNet(new NetShape(RecurrentCell.Gru, Inputs, Outputs, 16, 1, 1), new Random(3));

        var outputs = net.Learn(Random(1, Length, 4, Inputs) * 1e6, 0, new Generator(0, CPU));
        outputs.sum().backward();
        net.Backward();

        Assert.That(Values(outputs), Has.All.Matches<float>(float.IsFinite));
        Assert.That(net.Parameters.SelectMany(p => Values(p.grad!)), Has.All.Matches<float>(float.IsFinite));
    }

    [Test]
    public void What_is_not_a_number_is_not_hidden()
    {
        using var scope = NewDisposeScope();
        using var net = new RecurrentNet(new NetShape(RecurrentCell.Gru, Inputs, Outputs, 16, 1, 1), new Random(3));

        var outputs = net.Learn(Random(1, Length, 4, Inputs) * float.NaN, 0, new Generator(0, CPU));

        Assert.That(Values(outputs), Has.All.NaN, "so that a training that diverged is found");
    }

    private static Tensor[] Taken(RecurrentNet net)
    {
        var gradients = net.Parameters.Select(p => p.grad!.clone()).ToArray();
        foreach (var parameter in net.Parameters)
            parameter.grad = null;
        return gradients;
    }

    private static Tensor Random(int seed, params long[] shape) => empty(shape).uniform_(-1, 1, new Generator((ulong)seed, CPU));

    private static float[] Values(Tensor tensor) => tensor.detach().contiguous().data<float>().ToArray();
}
