// Numbers handed to libtorch that nobody holds; TensorsTests proves with them that the rule can fail.
#pragma warning disable CA1812, CA1822
namespace FLTS.Tests.Architecture.Planted.Numbers;

internal sealed class SumOfTensors
{
    public TorchSharp.torch.Tensor Of(TorchSharp.torch.Tensor a, TorchSharp.torch.Tensor b) => a + b;
}

internal sealed class TensorTimesNumber
{
    public TorchSharp.torch.Tensor Of(TorchSharp.torch.Tensor a) => a * 0.5;
}
