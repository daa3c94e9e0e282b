namespace FLTS.Forecasting.Preparation;

/// <summary>
/// Arrays for the rows of a request. Where nothing else came of them than a series that was forecast from and answered, the next request
/// with as many rows takes them.
/// </summary>
/// <param name="times">[T]</param>
/// <param name="values">[F][T] Measured columns first, then what is made of them and the times.</param>
/// <param name="observed">[F][T] True throughout; shared.</param>
internal sealed class ServingRoom(DateTime[] times, double[][] values, bool[][] observed)
{
    public DateTime[] Times { get; } = times;

    public double[][] Values { get; } = values;

    public bool[][] Observed { get; } = observed;

    public int Rows => Times.Length;
}
