namespace FLTS.Forecasting.Baselines;

/// <summary>
/// Regression rows of one lead. A row stands for the origin before it: the rows up to there, and maybe numbers beside them, explain what
/// is <c>lead</c> steps behind the origin. P features: those of the window, those beside it, and 1.
/// </summary>
/// <param name="lags">Windows.</param>
/// <param name="lead">In steps.</param>
/// <param name="answers">[K][T] At the row that stands for the origin.</param>
/// <param name="beside">[T, E] At that row too; null: none.</param>
/// <param name="first">Row before which none is explained.</param>
internal sealed class LeadRows(LagRows lags, int lead, double[][] answers, double[]? beside = null, int first = 0)
{
    private readonly int _width = beside is null ? 0 : beside.Length / lags.Series.Rows;

    public LagRows Lags => lags;

    public int Lead => lead;

    /// <summary>K.</summary>
    public int Answers => answers.Length;

    /// <summary>P.</summary>
    public int Features => lags.Width + _width + 1;

    /// <summary>The same rows with some of the answers.</summary>
    public LeadRows Of(int[] positions) => new(lags, lead, [.. positions.Select(k => answers[k])], beside, first);

    public double Answer(int row, int k) => answers[k][row];

    /// <summary>Rows whose answer lies in a span and was observed, and which come before no other row than those of the span.</summary>
    /// <param name="observed">[T] Of the answers.</param>
    /// <param name="span">Of the answers, and of the rows themselves.</param>
    public IEnumerable<int> Explained(bool[] observed, RowSpan span)
    {
        var segments = lags.Series.Segments;
        for (var row = Math.Max(first, span.Start); row + lead - 1 < span.End; row++)
        {
            if (observed[row + lead - 1] && segments[row] == segments[row + lead - 1] && lags.IsExplained(row))
                yield return row;
        }
    }

    /// <summary>[P] The features of a row.</summary>
    public void Fill(int row, Span<double> into)
    {
        lags.Window(row).CopyTo(into);
        Beside(row).CopyTo(into[lags.Width..]);
        into[^1] = 1;
    }

    /// <summary>Product of two rows, the intercept left out.</summary>
    public double Dot(int row, int other) =>
        Vectors.Dot(lags.Window(row), lags.Window(other)) + (_width == 0 ? 0 : Vectors.Dot(Beside(row), Beside(other)));

    /// <summary>into += weight * features, the intercept left out.</summary>
    public void AddScaled(int row, double weight, Span<double> into)
    {
        Vectors.AddScaled(lags.Window(row), weight, into[..lags.Width]);
        Vectors.AddScaled(Beside(row), weight, into.Slice(lags.Width, _width));
    }

    private ReadOnlySpan<double> Beside(int row) => beside.AsSpan(row * _width, _width);
}
