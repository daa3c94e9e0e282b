// Violations, one a rule: ArchitectureTests proves with them that each rule can fail.
#pragma warning disable CA1812, CA1822, CA1852, CA1515
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Tests.Architecture.Planted.Evaluation
{
    internal sealed class Something;
}

namespace FLTS.Tests.Architecture.Planted.Inference
{
    internal sealed class Something;
}

namespace FLTS.Tests.Architecture.Planted.Training.Lstm
{
    internal sealed class Something;
}

namespace FLTS.Tests.Architecture.Planted.Training.Gru
{
    internal sealed class GruThatKnowsLstm
    {
        public object Other() => new Lstm.Something();
    }
}

namespace FLTS.Tests.Architecture.Planted.Training
{
    internal sealed class Flow;

    internal sealed class TrainingThatKnowsATrainer
    {
        public object Other() => new Lstm.Something();
    }

    internal sealed class TrainingThatUsesEvaluation
    {
        public object Other() => new Evaluation.Something();
    }
}

namespace FLTS.Tests.Architecture.Planted.Pipeline
{
    internal sealed class PipelineThatUsesTraining
    {
        public object Other() => new Training.Flow();
    }
}

namespace FLTS.Tests.Architecture.Planted.Storage
{
    internal sealed class StorageThatKnowsTraining
    {
        public object Other() => new Training.Flow();
    }
}

namespace FLTS.Tests.Architecture.Planted.Preprocessing
{
    internal sealed class PreprocessingThatUsesEvaluation
    {
        public object Other() => new Evaluation.Something();
    }

    public sealed class PublicOptions
    {
        public const string Section = "Planted";
    }

    internal class OpenConsumer : IConsumer<InternalEvent>
    {
        public Task Consume(ConsumeContext<InternalEvent> context) => Task.CompletedTask;
    }

    internal class OpenJob;

    internal class OpenContext : DbContext;

    [EntityName("planted-internal")]
    internal sealed record InternalEvent(string Text);

    [EntityName("planted-class")]
    public sealed class EventThatIsNoRecord;
}

namespace FLTS.Tests.Architecture.Planted.Registry
{
    internal sealed class RegistryThatKnowsInference
    {
        public object Other() => new Inference.Something();
    }
}

namespace FLTS.Tests.Architecture.Planted.Forecasting
{
    internal sealed class ForecasterWithADatabase
    {
        public DbContext? Database { get; set; }
    }

    internal sealed class ForecasterOnTheBus
    {
        public IBus? Bus { get; set; }
    }

    internal sealed class OwnClock
    {
        public DateTime Now() => DateTime.UtcNow;
    }

    internal sealed class SumOfTensors
    {
        public TorchSharp.torch.Tensor Of(TorchSharp.torch.Tensor a, TorchSharp.torch.Tensor b) => a + b;
    }

    internal sealed class TensorTimesNumber
    {
        public TorchSharp.torch.Tensor Of(TorchSharp.torch.Tensor a) => a * 0.5;
    }

    internal sealed class UnseededChance
    {
#pragma warning disable CA5394
        public int Draw() => new Random().Next();
#pragma warning restore CA5394
    }
}
