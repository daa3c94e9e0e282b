namespace FLTS.Forecasting.Preparation;

/// <summary>
/// Every <paramref name="Of"/>-th row group of a file from number <paramref name="First"/> on; the default is all of them.
/// </summary>
public readonly record struct GroupShare(int First, int Of)
{
    internal bool Holds(int group) => Of <= 1 || group % Of == First;
}
