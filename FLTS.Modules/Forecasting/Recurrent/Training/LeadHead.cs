using FLTS.Forecasting.Baselines;
using FLTS.Forecasting.Recurrent.Answering;
using FLTS.Forecasting.Recurrent.Net;
using FLTS.Forecasting.Safetensors;

namespace FLTS.Forecasting.Recurrent.Training;

/// <summary>
/// The head of a direct net at the knots behind the first. The layers are trained for the next step, of which most can be known; what their
/// last states, calendar and SEASONAL_MEAN of the target time tell of the base's errors farther on is ridge least squares, by target and
/// knot with the penalty that validates best: the largest leave the base as it is.
/// </summary>
internal sealed class LeadHead
{
    /// <summary>Most states that explain: the system takes its square in memory. Members beyond them answer the first knot alone.</summary>
    private const int MostStates = 1024;

    /// <summary>Windows that are asked together.</summary>
    private const int Batch = 512;

    private readonly LeadTask _task;
    private readonly NetShape _shape;
    private readonly NamedTensor[] _first;
    private readonly Normalisation _norm;
    private readonly int _members; // Those whose states explain.
    private readonly LagRows _states;

    /// <param name="task">What is learned.</param>
    /// <param name="cell">Of the net.</param>
    /// <param name="parameters">Of the net.</param>
    /// <param name="first">Its tensors, trained for the first knot.</param>
    /// <param name="norm">Its own.</param>
    public LeadHead(
        LeadTask task, RecurrentCell cell, RecurrentHyperparameters parameters, NamedTensor[] first, Normalisation norm)
    {
        (_task, _shape, _first, _norm) = (task, task.Shape(cell, parameters), first, norm);
        _members = Math.Clamp(MostStates / _shape.Units, 1, _shape.Members);
        var net = new PackedNet(
            task.FirstShape(cell, parameters), first.ToDictionary(t => t.Name, StringComparer.Ordinal), "the net in training");
        _states = new LagRows(task.Series, parameters.InputLen, States(net, parameters.InputLen));
    }

    /// <summary>Chooses penalties on the validation part.</summary>
    /// <param name="validationStart">Its first row.</param>
    /// <param name="cancellation">Looked at now and then.</param>
    /// <returns>The tensors of the whole net, and [K - 1][M] the penalties; null: the target has no regression there.</returns>
    public (NamedTensor[] Weights, double?[][] Penalties) Choose(int validationStart, CancellationToken cancellation)
    {
        var search = new LeadSearch(_task.Series, validationStart, refits: false);
        var (coefficients, penalties) = (new double[]?[_task.Knots.Length - 1][], new double?[_task.Knots.Length - 1][]);
        for (var k = 0; k < penalties.Length; k++)
        {
            var solution = search.Solve(LeadTerms.Lags, _task.Lessons(_states, _norm, k + 1), cancellation);

            // Where nothing validates, nothing says that the base can be bettered.
            var targets = Array.ConvertAll(solution.Targets, t => solution.Checked > 0 ? t : null);
            (coefficients[k], penalties[k]) = ([.. targets.Select(t => t?.Selected)], [.. targets.Select(t => t?.Penalty)]);
        }

        return (Whole(coefficients), penalties);
    }

    /// <summary>The tensors of the whole net by penalties that were chosen, fitted on all rows.</summary>
    public NamedTensor[] Refit(double?[][] penalties, CancellationToken cancellation)
    {
        var search = new LeadSearch(_task.Series, _task.Series.Rows, refits: false);
        return Whole([.. penalties.Select((p, k) => search.Solve(_task.Lessons(_states, _norm, k + 1), p, cancellation))]);
    }

    /// <summary>[T, members * units] At the rows of the origins.</summary>
    private double[] States(PackedNet net, int length)
    {
        var (series, columns, width) = (_task.Series, _norm.Inputs.Length, _members * _shape.Units);
        var encoded = Normalisation.Encode(series.Values, new RowSpan(0, series.Rows), _norm.Inputs);
        var states = new double[series.Rows * width];
        foreach (var origins in _task.Origins.Chunk(Batch))
        {
            var windows = new float[length * origins.Length * columns];
            for (var t = 0; t < length; t++)
            {
                for (var n = 0; n < origins.Length; n++)
                    encoded.AsSpan((origins[n] - length + 1 + t) * columns, columns)
                        .CopyTo(windows.AsSpan(((t * origins.Length) + n) * columns));
            }

            var seen = net.States(windows, origins.Length, _members);
            for (var i = 0; i < seen.Length; i++)
                states[(origins[i / width] * width) + (i % width)] = seen[i];
        }

        return states;
    }

    /// <summary>The first knot's tensors with what was found for the others: the mean over the members is what they answer.</summary>
    private NamedTensor[] Whole(double[]?[][] coefficients)
    {
        var (targets, units, beside) = (_shape.OutputsOfKnot, _shape.Units, _shape.Beside);
        var all = _first.ToDictionary(t => t.Name, StringComparer.Ordinal);
        for (var i = 0; i < _shape.Members; i++)
        {
            var (weight, bias, seen) = (
                Grown("weight", _shape.Outputs, units), Grown("bias", _shape.Outputs), beside > 0
                    ? Grown("beside", _shape.Knots, beside, targets)
                    : []);
            for (var k = 0; k < coefficients.Length; k++)
            {
                for (var m = 0; m < targets; m++)
                {
                    if (coefficients[k][m] is not { } of)
                        continue;
                    var output = ((k + 1) * targets) + m;
                    for (var u = 0; u < units && i < _members; u++)
                        weight[(output * units) + u] = (float)(_shape.Members * of[(i * units) + u]);
                    for (var e = 0; e < beside; e++)
                        seen[((((k + 1) * beside) + e) * targets) + m] = (float)of[(_members * units) + e];
                    bias[output] = (float)of[^1];
                }
            }

            float[] Grown(string parameter, params long[] shape)
            {
                var name = NetShape.HeadName(i, parameter);
                var values = new float[shape.Aggregate((a, b) => a * b)];
                all[name].Singles.CopyTo(values, 0);
                all[name] = new NamedTensor(name, shape, values);
                return values;
            }
        }

        return [.. _first.Select(t => all[t.Name])];
    }
}
