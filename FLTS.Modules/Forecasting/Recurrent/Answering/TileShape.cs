namespace FLTS.Forecasting.Recurrent.Answering;

/// <summary>How the four registers of a tile are shared between windows and blocks of units.</summary>
internal interface ITileShape
{
    /// <summary>1, 2 or 4; times as many blocks as make four.</summary>
    static abstract int Windows { get; }
}

internal readonly struct OneWindow : ITileShape
{
    public static int Windows => 1;
}

internal readonly struct TwoWindows : ITileShape
{
    public static int Windows => 2;
}

internal readonly struct FourWindows : ITileShape
{
    public static int Windows => 4;
}
