using System.Globalization;
using FLTS.Forecasting.Recurrent.Net;
using FLTS.Forecasting.Safetensors;
using static TorchSharp.torch;

namespace FLTS.Forecasting.Recurrent.Training;

/// <summary>A net that learns: steps, passes over windows.</summary>
internal sealed class NetTrainer : IDisposable
{
    private const int ValidationBatch = 512;
    private readonly RecurrentNet _net;
    private readonly RecurrentHyperparameters _parameters;
    private readonly Generator _dropout = new(0, CPU);
    private readonly Adam _optimizer;
    private readonly Normalisation _norm;
    private readonly Tensor _huberDelta, _one; // Numbers as tensors: TorchSharp's scalars may be freed while libtorch reads them.

    /// <param name="net">Trained in place.</param>
    /// <param name="parameters">Loss, batches, optimiser.</param>
    /// <param name="norm">Of the windows that will be given.</param>
    public NetTrainer(RecurrentNet net, RecurrentHyperparameters parameters, Normalisation norm)
    {
        (_net, _parameters, _norm) = (net, parameters, norm);
        _optimizer = new Adam(net.Parameters, parameters.WeightDecay);
        (_huberDelta, _one) = (Number((float)parameters.HuberDelta), Number(1));

        static Tensor Number(float value) => tensor(value).DetachFromDisposeScope();
    }

    /// <summary>One epoch over all windows in an order that depends on seed and epoch alone.</summary>
    /// <exception cref="InvalidInputException">The loss is no longer a finite number.</exception>
    public EpochErrors Epoch(WindowTable windows, long[] origins, int epoch, double rate, CancellationToken cancellation)
    {
        var random = EpochRandom.Of(_parameters.Seed, epoch);
        _dropout.manual_seed(random.NextInt64());
        var order = (long[])origins.Clone();
        random.Shuffle(order);
        return Pass(windows, order, _parameters.BatchSize, (batch, count) =>
        {
            var (outputs, loss) = Step(batch.Inputs, batch.Targets, batch.Mask, rate, batch.Beside);
            return double.IsFinite(loss) ? (outputs.detach().mean([0]), loss) : throw new InvalidInputException(string.Create(
                CultureInfo.InvariantCulture,
                $"The training diverged: the loss of batch {count} of epoch {epoch} is {loss}; lower learning_rate "
                + $"(now {_parameters.LearningRate}) or set gradient_clip (now {_parameters.GradientClip})."));
        }, cancellation);
    }

    /// <summary>Errors on windows without learning from them.</summary>
    public EpochErrors Validate(WindowTable windows, long[] origins, CancellationToken cancellation)
    {
        using var still = no_grad();
        return Pass(windows, origins, ValidationBatch, (batch, _) =>
        {
            var outputs = _net.Forward(batch.Inputs, batch.Beside).view(batch.Targets.shape);
            return (outputs, Loss(outputs, batch.Targets, batch.Mask).item<float>());
        }, cancellation);
    }

    /// <summary>One step of the optimiser.</summary>
    /// <param name="inputs">[L, B, F] Windows.</param>
    /// <param name="targets">[B, H, M] What the net should give.</param>
    /// <param name="mask">[B, H, M] How much a cell counts.</param>
    /// <param name="rate">Learning rate.</param>
    /// <param name="beside">[B, K, E] What the head sees of each knot; null: nothing.</param>
    /// <returns>Outputs of each member, [members, B, H, M], and loss before the step; nothing is stepped where
    /// the loss is not finite.</returns>
    public (Tensor Outputs, double Loss) Step(Tensor inputs, Tensor targets, Tensor mask, double rate, Tensor? beside = null)
    {
        var outputs = _net.Learn(inputs, _parameters.Dropout, _dropout, beside).view([_parameters.Members, .. targets.shape]);
        var loss = Loss(outputs, targets, mask);
        double value = loss.item<float>();
        if (!double.IsFinite(value))
            return (outputs, value);
        loss.backward();
        _net.Backward();
        _optimizer.Step(rate, _parameters.GradientClip);
        return (outputs, value);
    }

    /// <summary>What the optimiser remembers, copied.</summary>
    public NamedTensor[] SaveMoments() => _optimizer.Save();

    /// <summary>Takes <see cref="SaveMoments"/> back.</summary>
    public void RestoreMoments(NamedTensor[] saved) => _optimizer.Restore(saved);

    public void Dispose()
    {
        _net.EndLearning();
        _huberDelta.Dispose();
        _one.Dispose();
        _dropout.Dispose();
    }

    private EpochErrors Pass(
        WindowTable windows,
        long[] origins,
        int batchSize,
        Func<WindowBatch, int, (Tensor Outputs, double Loss)> run,
        CancellationToken cancellation)
    {
        var errors = new EpochErrors(_norm, windows.Targets);
        using var all = tensor(origins);
        for (var (start, count) = (0, 1); start < origins.Length; start += batchSize, count++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var batch = windows.Batch(all.narrow(0, start, Math.Min(batchSize, origins.Length - start)));
            var (outputs, loss) = run(batch, count);
            errors.Add(outputs, batch, loss);
        }

        return errors;
    }

    /// <summary>
    /// Mean over the cells that count, of each member by itself: averaged outputs would let the members make up for each other.
    /// </summary>
    private Tensor Loss(Tensor outputs, Tensor targets, Tensor mask)
    {
        (targets, mask) = (targets.expand_as(outputs), mask.expand_as(outputs));
        var cells = _parameters.Loss switch
        {
            LossKind.Mse => nn.functional.mse_loss(outputs, targets, nn.Reduction.None),
            LossKind.Mae => nn.functional.l1_loss(outputs, targets, nn.Reduction.None),
            _ => nn.functional.smooth_l1_loss(outputs, targets, nn.Reduction.None, _parameters.HuberDelta) * _huberDelta,
        };
        return (cells * mask).sum() / maximum(mask.sum(), _one);
    }
}
