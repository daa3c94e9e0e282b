namespace FLTS.Forecasting.Recurrent.Answering;

/// <summary>Numbers that begin where a line of the processor's cache does, so that a register of them is fetched at once.</summary>
internal sealed unsafe class AlignedFloats
{
    private const int Line = 64;

    private readonly float[] _pinned; // keeps them

    public AlignedFloats(int count)
    {
        _pinned = GC.AllocateArray<float>(count + (Line / sizeof(float)), pinned: true);
        fixed (float* first = _pinned)
            First = (float*)(((nint)first + Line - 1) & ~(Line - 1));
    }

    public float* First { get; }
}
