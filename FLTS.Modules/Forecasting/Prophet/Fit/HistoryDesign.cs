using FLTS.Forecasting.Compute;
using FLTS.Forecasting.Prophet.Settings;
using FLTS.Forecasting.Prophet.Terms;

namespace FLTS.Forecasting.Prophet.Fit;

/// <summary>
/// What the rows of a history give to every fit on them: scaled times, segments of the trend, the design matrix. Shared by targets.
/// </summary>
internal sealed class HistoryDesign
{
    /// <param name="frame">Rows with ascending times.</param>
    /// <param name="times">[T] Scaled times.</param>
    /// <param name="changepoints">[S] Scaled, ascending.</param>
    /// <param name="plan">Columns.</param>
    /// <param name="parallelism">To fill the matrix with.</param>
    public HistoryDesign(ProphetFrame frame, double[] times, double[] changepoints, FeaturePlan plan, Parallelism parallelism)
        : this(times, changepoints, plan, plan.Matrix(frame, parallelism))
    {
    }

    private HistoryDesign(double[] times, double[] changepoints, FeaturePlan plan, double[] features)
    {
        Times = times;
        Changepoints = changepoints;
        Plan = plan;
        Features = features;
        Multiplicative = [.. plan.Columns.Select(c => c.Mode == TermMode.Multiplicative)];
        SegmentStarts = new int[changepoints.Length + 2];
        var row = 0;
        for (var s = 1; s <= changepoints.Length; s++)
        {
            while (row < times.Length && times[row] < changepoints[s - 1])
                row++;
            SegmentStarts[s] = row;
        }

        SegmentStarts[^1] = times.Length;
    }

    /// <summary>T.</summary>
    public int Rows => Times.Length;

    /// <summary>[T] Scaled times, ascending.</summary>
    public double[] Times { get; }

    /// <summary>[S] Scaled.</summary>
    public double[] Changepoints { get; }

    /// <summary>[S + 2] First row of each segment; the last entry is T.</summary>
    public int[] SegmentStarts { get; }

    public FeaturePlan Plan { get; }

    /// <summary>[T, Q] Row-major.</summary>
    public double[] Features { get; }

    /// <summary>[Q] Which columns multiply the trend.</summary>
    public bool[] Multiplicative { get; }

    /// <summary>Q.</summary>
    public int Columns => Multiplicative.Length;

    /// <summary>2 + S + Q.</summary>
    public int Parameters => 2 + Changepoints.Length + Columns;

    public bool AnyMultiplicative => Array.IndexOf(Multiplicative, true) >= 0;

    /// <summary>Some of the rows.</summary>
    /// <param name="rows">Ascending.</param>
    public HistoryDesign Take(int[] rows)
    {
        var features = new double[rows.Length * Columns];
        for (var i = 0; i < rows.Length; i++)
            Features.AsSpan(rows[i] * Columns, Columns).CopyTo(features.AsSpan(i * Columns));
        return new HistoryDesign(ProphetFrame.Pick(Times, rows), Changepoints, Plan, features);
    }
}
