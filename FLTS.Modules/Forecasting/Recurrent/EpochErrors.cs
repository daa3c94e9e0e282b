using static TorchSharp.torch;

namespace FLTS.Modules.Forecasting.Recurrent;

/// <summary>Errors of one pass over windows, summed target by target on the device and brought to the series' scale at the end.</summary>
internal sealed class EpochErrors : IDisposable
{
    private readonly Tensor _squares, _absolutes, _cells, _truths, _truthSquares;
    private readonly double[] _scale; // [M] from summed to the series' scale
    private readonly LogDecoder? _decoder;
    private double _loss, _weight;

    public EpochErrors(Normalisation norm)
    {
        var targets = norm.Targets.Length;
        _scale = [.. norm.Targets.Select(t => norm.Log1p ? 1 : t.Scale)];
        _decoder = norm.Log1p ? new LogDecoder(norm.Targets) : null;
        (_squares, _absolutes, _cells) = (Zeros(targets), Zeros(targets), Zeros(targets));
        (_truths, _truthSquares) = (Zeros(targets), Zeros(targets));
    }

    /// <summary>Mean loss over the cells that count.</summary>
    public double Loss => _weight > 0 ? _loss / _weight : 0;

    /// <summary>Adds a batch.</summary>
    /// <param name="outputs">[B, H, M] The net's.</param>
    /// <param name="targets">[B, H, M] Encoded truth.</param>
    /// <param name="mask">[B, H, M] 1 where a cell counts.</param>
    /// <param name="levels">[B, H, M] Encoded truth as a level, for R2.</param>
    /// <param name="loss">The batch's mean loss.</param>
    public void Add(Tensor outputs, Tensor targets, Tensor mask, Tensor levels, double loss)
    {
        using var scope = NewDisposeScope();
        using var still = no_grad();
        // Standardised errors are brought to the series' scale at the end; logarithms only one by one.
        var truths = _decoder?.Decode(levels) ?? levels;
        var errors = _decoder is null ? outputs.detach() - targets : _decoder.Decode(outputs.detach() + levels - targets) - truths;
        (truths, errors) = (truths * mask, errors * mask);
        _squares.add_(errors.square().sum([0, 1]));
        _absolutes.add_(errors.abs().sum([0, 1]));
        _truths.add_(truths.sum([0, 1]));
        _truthSquares.add_(truths.square().sum([0, 1]));
        var cells = mask.sum([0, 1]);
        _cells.add_(cells);
        var weight = cells.sum().item<float>();
        _loss += loss * weight;
        _weight += weight;
    }

    /// <summary>RMSE and MAE over all cells, R2 as the mean over targets (a constant truth: 1 if met exactly, else 0).</summary>
    public (double Rmse, double Mae, double R2) Result()
    {
        var (squares, absolutes, cells) = (_squares.data<double>().ToArray(), _absolutes.data<double>().ToArray(), _cells.data<double>().ToArray());
        var (truths, truthSquares) = (_truths.data<double>().ToArray(), _truthSquares.data<double>().ToArray());
        var scored = Enumerable.Range(0, _scale.Length).Where(m => cells[m] > 0).ToArray();
        var total = scored.Sum(m => cells[m]);
        if (total == 0)
            return (0, 0, 0);
        var r2 = scored.Average(m =>
        {
            var spread = truthSquares[m] - (truths[m] * truths[m] / cells[m]);
            return spread > 1e-9 * truthSquares[m] ? 1 - (squares[m] / spread) : squares[m] == 0 ? 1 : 0;
        });
        return (Math.Sqrt(scored.Sum(m => squares[m] * _scale[m] * _scale[m]) / total), scored.Sum(m => absolutes[m] * _scale[m]) / total, r2);
    }

    public void Dispose()
    {
        foreach (var sum in (Tensor[])[_squares, _absolutes, _cells, _truths, _truthSquares])
            sum.Dispose();
        _decoder?.Dispose();
    }

    private static Tensor Zeros(int n) => zeros(n, dtype: ScalarType.Float64);
}

/// <summary><see cref="ColumnCode.Decode"/> of whole batches of targets with logarithms, in double precision.</summary>
internal sealed class LogDecoder(ColumnCode[] targets) : IDisposable
{
    private readonly Tensor _mean = Column(targets, t => t.Mean), _scale = Column(targets, t => t.Scale);
    private readonly Tensor _center = Column(targets, t => t.Center), _unit = Column(targets, t => t.IsLog ? t.Unit : 1);
    private readonly Tensor _isLog = tensor([.. targets.Select(t => t.IsLog)]);

    /// <param name="levels">[B, H, M] Encoded.</param>
    /// <returns>[B, H, M] On the series' scale.</returns>
    public Tensor Decode(Tensor levels)
    {
        var transformed = (levels.to(ScalarType.Float64) * _scale) + _mean;
        return where(_isLog, (transformed.expm1().relu() - _center) / _unit, transformed);
    }

    public void Dispose()
    {
        foreach (var constant in (Tensor[])[_mean, _scale, _center, _unit, _isLog])
            constant.Dispose();
    }

    private static Tensor Column(ColumnCode[] targets, Func<ColumnCode, double> of) => tensor([.. targets.Select(of)], dtype: ScalarType.Float64);
}
