using FLTS.Forecasting.Prophet.Settings;

namespace FLTS.Forecasting.Prophet.Terms;

/// <summary>Sums of feature times coefficient by component.</summary>
internal sealed class ComponentSums
{
    private readonly Dictionary<string, (double[] Sums, bool Multiplicative)> _byName = new(StringComparer.Ordinal);
    private readonly (double[] Sums, int[] Columns)[] _parts;

    public ComponentSums(FeatureColumn[] columns, int rows)
    {
        Additive = new double[rows];
        Multiplicative = new double[rows];
        var members = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        for (var j = 0; j < columns.Length; j++)
        {
            var column = columns[j];
            var multiplicative = column.Mode == TermMode.Multiplicative;
            Join(column.Component);
            if (column.Kind == FeatureKind.Holiday)
                Join("holidays");
            if (column.Kind == FeatureKind.Regressor)
                Join(multiplicative ? "extra_regressors_multiplicative" : "extra_regressors_additive");

            void Join(string name)
            {
                if (members.TryAdd(name, []))
                    _byName[name] = (new double[rows], multiplicative);
                members[name].Add(j);
            }
        }

        _byName["additive_terms"] = (Additive, false);
        _byName["multiplicative_terms"] = (Multiplicative, true);
        members["additive_terms"] = [.. Enumerable.Range(0, columns.Length).Where(j => columns[j].Mode == TermMode.Additive)];
        members["multiplicative_terms"] = [.. Enumerable.Range(0, columns.Length).Where(j => columns[j].Mode == TermMode.Multiplicative)];
        _parts = [.. members.Select(p => (_byName[p.Key].Sums, p.Value.ToArray()))];
    }

    /// <summary>[N] Scaled sum of additive terms.</summary>
    public double[] Additive { get; }

    /// <summary>[N] Sum of multiplicative terms.</summary>
    public double[] Multiplicative { get; }

    public void Add(int row, ReadOnlySpan<double> features, ReadOnlySpan<double> beta)
    {
        foreach (var (sums, columns) in _parts)
        {
            var sum = 0.0;
            foreach (var j in columns)
                sum += features[j] * beta[j];
            sums[row] = sum;
        }
    }

    public Dictionary<string, double[]> InUnits(double yScale) =>
        _byName.ToDictionary(
            p => p.Key,
            p => p.Value.Multiplicative ? p.Value.Sums : Array.ConvertAll(p.Value.Sums, v => v * yScale),
            StringComparer.Ordinal);
}
