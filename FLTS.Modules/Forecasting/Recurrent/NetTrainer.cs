using FLTS.Modules.Contracts;
using static TorchSharp.torch;

namespace FLTS.Modules.Forecasting.Recurrent;

/// <summary>Adam (Kingma and Ba 2015, as PyTorch has it) on a net: steps, passes over windows.</summary>
internal sealed class NetTrainer : IDisposable
{
    private const int ValidationBatch = 512;
    private readonly RecurrentNet _net;
    private readonly RecurrentHyperparameters _parameters;
    private readonly Random _random;
    private readonly Generator _dropout;
    private readonly TorchSharp.Modules.Parameter[] _weights;
    private readonly TorchSharp.Modules.Adam _optimizer;
    private readonly int _targets;

    /// <param name="net">Trained in place.</param>
    /// <param name="parameters">Loss, batches, optimiser.</param>
    /// <param name="targets">M.</param>
    /// <param name="random">Draws shuffles and the seed of the dropout.</param>
    public NetTrainer(RecurrentNet net, RecurrentHyperparameters parameters, int targets, Random random)
    {
        (_net, _parameters, _targets, _random) = (net, parameters, targets, random);
        _weights = [.. net.Parameters];
        _dropout = new Generator((ulong)random.NextInt64(), CPU);
        _optimizer = optim.Adam(_weights, parameters.LearningRate, weight_decay: parameters.WeightDecay);
    }

    /// <summary>One epoch over all windows in a new order.</summary>
    /// <exception cref="InvalidInputException">The loss is no longer a finite number.</exception>
    public EpochErrors Epoch(WindowTable windows, long[] origins, int epoch, CancellationToken cancellation)
    {
        if (_parameters.Schedule == LearningRateSchedule.Cosine)
        {
            var rate = _parameters.LearningRate * 0.5 * (1 + Math.Cos(Math.PI * (epoch - 1) / _parameters.Epochs));
            foreach (var group in _optimizer.ParamGroups)
                group.LearningRate = rate;
        }

        var order = (long[])origins.Clone();
        _random.Shuffle(order);
        return Pass(windows, order, _parameters.BatchSize, (batch, count) =>
        {
            var outputs = _net.Forward(batch.Inputs, _parameters.Dropout, _dropout).view(batch.Targets.shape);
            var loss = Step(outputs, batch.Targets, batch.Mask);
            return double.IsFinite(loss) ? (outputs, loss) : throw new InvalidInputException(FormattableString.Invariant(
                $"The training diverged: the loss of batch {count} of epoch {epoch} is {loss}; lower learning_rate (now {_parameters.LearningRate}) or set gradient_clip (now {_parameters.GradientClip})."));
        }, cancellation);
    }

    /// <summary>Errors on windows without learning from them.</summary>
    public EpochErrors Validate(WindowTable windows, long[] origins, CancellationToken cancellation)
    {
        using var still = no_grad();
        return Pass(windows, origins, ValidationBatch, (batch, _) =>
        {
            var outputs = _net.Forward(batch.Inputs).view(batch.Targets.shape);
            return (outputs, Loss(outputs, batch.Targets, batch.Mask).item<float>());
        }, cancellation);
    }

    /// <summary>One step of the optimiser on outputs that were computed with gradients.</summary>
    /// <returns>The loss before the step; nothing is stepped where it is not finite.</returns>
    public double Step(Tensor outputs, Tensor targets, Tensor mask)
    {
        var loss = Loss(outputs, targets, mask);
        double value = loss.item<float>();
        if (!double.IsFinite(value))
            return value;
        _optimizer.zero_grad();
        loss.backward();
        if (_parameters.GradientClip > 0)
            nn.utils.clip_grad_norm_(_weights, _parameters.GradientClip);
        _optimizer.step();
        return value;
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _dropout.Dispose();
    }

    private EpochErrors Pass(WindowTable windows, long[] origins, int batchSize, Func<WindowBatch, int, (Tensor Outputs, double Loss)> run, CancellationToken cancellation)
    {
        var errors = new EpochErrors(_targets);
        try
        {
            using var all = tensor(origins);
            for (var (start, count) = (0, 1); start < origins.Length; start += batchSize, count++)
            {
                cancellation.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                var batch = windows.Batch(all.narrow(0, start, Math.Min(batchSize, origins.Length - start)));
                var (outputs, loss) = run(batch, count);
                errors.Add(outputs, batch.Targets, batch.Mask, batch.Levels, loss);
            }

            return errors;
        }
        catch
        {
            errors.Dispose();
            throw;
        }
    }

    private Tensor Loss(Tensor outputs, Tensor targets, Tensor mask)
    {
        var cells = _parameters.Loss switch
        {
            LossKind.Mse => nn.functional.mse_loss(outputs, targets, nn.Reduction.None),
            LossKind.Mae => nn.functional.l1_loss(outputs, targets, nn.Reduction.None),
            _ => nn.functional.smooth_l1_loss(outputs, targets, nn.Reduction.None),
        };
        return (cells * mask).sum() / mask.sum().clamp_min(1);
    }
}
