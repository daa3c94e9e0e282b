using System.Text.Json.Nodes;
using FLTS.Forecasting.Recurrent.Answering;
using FLTS.Forecasting.Recurrent.Net;
using FLTS.Forecasting.Recurrent.Training;
using FLTS.Forecasting.Safetensors;
using NUnit.Framework;
using static TorchSharp.torch;

namespace FLTS.Tests.Forecasting.Recurrent;

/// <summary>Nets and training against PyTorch's numbers (Golden/recurrent/README.md).</summary>
public sealed class RecurrentGoldenTests
{
    private static readonly string _folder = Path.Combine(TestContext.CurrentContext.TestDirectory, "Golden", "recurrent");
    private static readonly JsonObject _reference = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, "reference.json")))!.AsObject();

    private static readonly RecurrentHyperparameters _pyTorchDefaults = RecurrentHyperparameters.Parse(
        new JsonObject { ["learning_rate"] = 1e-3, ["loss"] = "mse", ["weight_decay"] = 0, ["gradient_clip"] = 1, ["members"] = 1 },
        "LSTM");

    private static IEnumerable<string> Cases => _reference["cases"]!.AsArray().Select(c => c!["name"]!.GetValue<string>());

    [TestCaseSource(nameof(Cases))]
    public void Outputs_with_the_reference_weights_are_those_of_PyTorch(string name)
    {
        var reference = Case(name);
        using var scope = NewDisposeScope();
        using var still = no_grad();
        using var net = Net(reference);

        var deviation = Deviation(net.Forward(Inputs().narrow(1, 0, 16)), reference["forward_of_first_16_windows"]!);

        TestContext.Out.WriteLine($"{name}: outputs differ by at most {deviation:g3}");
        Assert.That(deviation, Is.LessThan(1e-5));
    }

    [TestCaseSource(nameof(Cases))]
    public void The_net_that_answers_has_the_outputs_of_PyTorch(string name)
    {
        var reference = Case(name);
        using var scope = NewDisposeScope();
        var net = new PackedNet(Shape(reference), Weights(reference), name);
        var outputs = new float[16 * net.Tensors.Single(t => t.Name == "fc.bias").Values.Length];

        net.Forward(Inputs().narrow(1, 0, 16).contiguous().data<float>().ToArray(), 16, outputs);

        var deviation = Deviation(tensor(outputs), reference["forward_of_first_16_windows"]!);
        TestContext.Out.WriteLine($"{name}: outputs differ by at most {deviation:g3}");
        Assert.That(deviation, Is.LessThan(1e-6));
    }

    [TestCaseSource(nameof(Cases))]
    public void Twenty_steps_of_Adam_follow_those_of_PyTorch(string name)
    {
        var reference = Case(name);
        using var scope = NewDisposeScope();
        using var net = Net(reference);
        using var trainer = new NetTrainer(net, _pyTorchDefaults, new Normalisation(TargetMode.Level, false, [], new ColumnCode[11]));
        var (inputs, targets) = (Inputs(), Data("y").unsqueeze(1));
        var losses = new List<double>();
        for (var step = 0; step < 20; step++)
        {
            var start = 64 * step % 320;
            var truth = targets.narrow(0, start, 64);
            losses.Add(trainer.Step(inputs.narrow(1, start, 64).contiguous(), truth, ones_like(truth), _pyTorchDefaults.LearningRate).Loss);
        }

        var expected = reference["training"]!["losses"]!.AsArray().Select(v => v!.GetValue<double>()).ToArray();
        var worst = losses.Zip(expected, (a, e) => Math.Abs((a / e) - 1)).Max();
        var deviation = Deviation(
            net.Forward(inputs.narrow(1, 0, 16)).detach(), reference["training"]!["forward_of_first_16_windows_after"]!);
        TestContext.Out.WriteLine($"{name}: losses differ by at most {worst:g3} (relative), outputs after them by {deviation:g3}");
        Assert.That(expected, Has.Length.EqualTo(losses.Count));
        Assert.That(worst, Is.LessThan(1e-3));
        Assert.That(deviation, Is.LessThan(1e-3));
    }

    private static JsonObject Case(string name) =>
        _reference["cases"]!.AsArray().Single(c => c!["name"]!.GetValue<string>() == name)!.AsObject();

    private static RecurrentNet Net(JsonObject reference)
    {
        var net = new RecurrentNet(Shape(reference), new Random(1));
        var tensors = Weights(reference);
        Assert.That(net.Save().Select(t => t.Name), Is.EquivalentTo(tensors.Keys), "every tensor of the reference has its place");
        net.Restore([.. tensors.Values]);
        return net;
    }

    private static Dictionary<string, NamedTensor> Weights(JsonObject reference)
    {
        var file = reference["initial_weights"]!.GetValue<string>();
        return SafetensorsFile.Read(File.ReadAllBytes(Path.Combine(_folder, file)), file).ToDictionary();
    }

    private static NetShape Shape(JsonObject reference) => new(
        Enum.Parse<RecurrentCell>(reference["cell"]!.GetValue<string>(), ignoreCase: true),
        reference["input_size"]!.GetValue<int>(),
        reference["output_size"]!.GetValue<int>(),
        reference["hidden_size"]!.GetValue<int>(),
        reference["num_layers"]!.GetValue<int>(),
        1);

    /// <summary>[10, 320, 17], time first.</summary>
    private static Tensor Inputs() => Data("x").transpose(0, 1);

    private static Tensor Data(string name)
    {
        var data = SafetensorsFile.Read(File.ReadAllBytes(Path.Combine(_folder, "data.safetensors")), "data.safetensors")[name];
        return tensor(data.Singles, [.. data.Shape]);
    }

    private static double Deviation(Tensor outputs, JsonNode expected)
    {
        var values = expected.AsArray().SelectMany(row => row!.AsArray().Select(v => v!.GetValue<double>())).ToArray();
        var actual = outputs.contiguous().data<float>().ToArray();
        Assert.That(actual, Has.Length.EqualTo(values.Length));
        return actual.Zip(values, (a, e) => Math.Abs(a - e)).Max();
    }
}
