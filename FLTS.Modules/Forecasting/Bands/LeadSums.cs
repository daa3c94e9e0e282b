namespace FLTS.Forecasting.Bands;

/// <summary>Errors of a target at one lead or several, on min-max scale, summed over observed cells.</summary>
internal struct LeadSums
{
    /// <summary>Weight of what lies outside an interval of 80 %, per unit of distance: 2 / (1 - 0.8).</summary>
    private const double Penalty = 10;

    public int Cells { get; private set; }

    public double Squares { get; private set; }

    public double Absolutes { get; private set; }

    private int _known80, _known95, _inside80, _inside95;
    private double _interval80;

    /// <summary>Share of the truth inside the interval of 80 %; null where not every cell has one.</summary>
    public readonly double? Coverage80 => _known80 == Cells && Cells > 0 ? (double)_inside80 / Cells : null;

    /// <summary>The same of 95 %.</summary>
    public readonly double? Coverage95 => _known95 == Cells && Cells > 0 ? (double)_inside95 / Cells : null;

    /// <summary>Mean width, and ten times the distance of what lies outside.</summary>
    public readonly double? IntervalScore80 => _known80 == Cells && Cells > 0 ? _interval80 / Cells : null;

    /// <param name="error">Forecast less truth.</param>
    public void Add(double error)
    {
        Cells++;
        Squares += error * error;
        Absolutes += Math.Abs(error);
    }

    /// <param name="truth">Of the cell just added, in original units.</param>
    /// <param name="range">Of the target in train.</param>
    /// <param name="around80">Null: there are too few residuals.</param>
    /// <param name="around95">As above.</param>
    public void Add(double truth, double range, (double Low, double High)? around80, (double Low, double High)? around95)
    {
        if (around80 is { } inner)
        {
            var outside = Math.Max(0, Math.Max(inner.Low - truth, truth - inner.High));
            _known80++;
            _inside80 += outside > 0 ? 0 : 1;
            _interval80 += (inner.High - inner.Low + (Penalty * outside)) / range;
        }

        if (around95 is { } outer)
        {
            _known95++;
            _inside95 += truth >= outer.Low && truth <= outer.High ? 1 : 0;
        }
    }

    public void Add(in LeadSums other)
    {
        Cells += other.Cells;
        Squares += other.Squares;
        Absolutes += other.Absolutes;
        _known80 += other._known80;
        _known95 += other._known95;
        _inside80 += other._inside80;
        _inside95 += other._inside95;
        _interval80 += other._interval80;
    }
}
