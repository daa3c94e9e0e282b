using System.Runtime.InteropServices;
using FLTS.Forecasting.Recurrent.Net;
using static TorchSharp.torch;

namespace FLTS.Forecasting.Recurrent.Training;

/// <summary>Errors of one pass over windows, on the series' scale.</summary>
/// <param name="norm">Of the windows.</param>
/// <param name="targets">M: the first of the codes, where further ones are of further knots of the leads.</param>
internal sealed class EpochErrors(Normalisation norm, int targets)
{
    private readonly Sums[] _sums = new Sums[targets];
    private double _loss;

    /// <summary>Mean loss over the cells that count.</summary>
    public double Loss => Cells > 0 ? _loss / Cells : 0;

    private long Cells => _sums.Sum(s => s.Cells);

    /// <summary>Adds a batch.</summary>
    /// <param name="outputs">[B, H, M] The net's.</param>
    /// <param name="batch">What they should have been.</param>
    /// <param name="loss">The batch's mean loss.</param>
    public void Add(Tensor outputs, WindowBatch batch, double loss)
    {
        // A batch is a few thousand numbers: one pass here takes less than the dozen calls it would be in
        // libtorch, and sums in double precision.
        var output = Numbers(outputs);
        var target = Numbers(batch.Targets);
        var mask = Numbers(batch.Mask);
        var level = Numbers(batch.Levels);
        var before = Cells;
        for (var i = 0; i < output.Length; i++)
        {
            var m = i % _sums.Length;
            if (mask[i] == 0)
                continue;
            var code = norm.Targets[m];
            var truth = code.Decode(level[i]);
            _sums[m].Add(truth, code.Decode((double)level[i] + output[i] - target[i]) - truth);
        }

        _loss += loss * (Cells - before);

        static ReadOnlySpan<float> Numbers(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);
    }

    /// <summary>RMSE and MAE over all cells, R2 as the mean over targets (a constant truth: 1 if met exactly, else 0).</summary>
    public (double Rmse, double Mae, double R2) Result()
    {
        var scored = _sums.Where(s => s.Cells > 0).ToArray();
        var cells = (double)Cells;
        return cells > 0
            ? (Math.Sqrt(scored.Sum(s => s.Squares) / cells), scored.Sum(s => s.Absolutes) / cells, scored.Average(s => s.R2))
            : (0, 0, 0);
    }

    /// <summary>Of one target.</summary>
    private struct Sums
    {
        public long Cells;
        public double Squares, Absolutes;
        private double _first, _truths, _truthSquares; // Truths less the first of them: their spread keeps its digits.

        public readonly double R2
        {
            get
            {
                var spread = _truthSquares - (_truths * _truths / Cells);
                return spread > 1e-9 * _truthSquares ? 1 - (Squares / spread) : Squares == 0 ? 1 : 0;
            }
        }

        public void Add(double truth, double error)
        {
            if (Cells++ == 0)
                _first = truth;
            Squares += error * error;
            Absolutes += Math.Abs(error);
            _truths += truth - _first;
            _truthSquares += (truth - _first) * (truth - _first);
        }
    }
}
