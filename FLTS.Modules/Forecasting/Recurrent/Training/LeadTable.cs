using FLTS.Forecasting.Recurrent.Net;
using FLTS.Forecasting.Series;
using static TorchSharp.torch;

namespace FLTS.Forecasting.Recurrent.Training;

/// <summary>A <see cref="WindowTable"/> of a net that learns what <see cref="LeadTask"/> asks at the first knot of the leads.</summary>
internal sealed class LeadTable : WindowTable
{
    private readonly Tensor _labels, _weights, _levels, _beside; // [T, 1, M], the last [T, 1, E], at the origin's row
    private readonly bool _seesBeside;

    public LeadTable(PreparedSeries series, Normalisation norm, RecurrentHyperparameters parameters, LeadTask task, RowSpan rows)
        : base(series, norm, parameters.InputLen, 1)
    {
        var (labels, mask, levels, beside) = task.Tables(norm, rows);
        long[] shape = [series.Rows, 1, Targets];
        (_labels, _weights, _levels) = (tensor(labels, shape), tensor(mask, shape), tensor(levels, shape));
        _seesBeside = task.Features.Count > 0;
        _beside = tensor(beside, [series.Rows, 1, task.Features.Count]);
    }

    public override WindowBatch Batch(Tensor origins) => new(
        Inputs(origins),
        _labels.index_select(0, origins),
        _weights.index_select(0, origins),
        _levels.index_select(0, origins),
        _seesBeside ? _beside.index_select(0, origins) : null);

    protected override void Dispose(bool disposing)
    {
        _labels.Dispose();
        _weights.Dispose();
        _levels.Dispose();
        _beside.Dispose();
        base.Dispose(disposing);
    }
}
