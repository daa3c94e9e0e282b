using FLTS.Forecasting.Scaling;

namespace FLTS.Forecasting.Preparation;

/// <summary>
/// Columns of some rows on the scales of the models that are asked on them: models of one dataset see the same. For one caller at a time;
/// what it gives is not to be changed.
/// </summary>
public sealed class RescaledColumns
{
    private readonly Dictionary<(string Name, ColumnScale Scale), double[]> _known = [];

    /// <summary>A column on a scale.</summary>
    internal double[] Of(string name, ColumnScale scale, Func<double[]> make) =>
        _known.TryGetValue((name, scale), out var values) ? values : _known[(name, scale)] = make();
}
