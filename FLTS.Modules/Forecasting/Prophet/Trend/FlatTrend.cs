namespace FLTS.Forecasting.Prophet.Trend;

/// <summary>A flat trend has neither slope nor bends: their rows and columns are 0.</summary>
internal static class FlatTrend
{
    public static void Remove(double[] gram, double[] gradient, int changepoints)
    {
        var p = gradient.Length;
        for (var i = 0; i < 2 + changepoints; i++)
        {
            if (i == 1)
                continue;
            gradient[i] = 0;
            gram.AsSpan(i * p, p).Clear();
            for (var j = 0; j < p; j++)
                gram[(j * p) + i] = 0;
        }
    }
}
