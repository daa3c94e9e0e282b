// Parameter lists that are too long, and some that may stand; ParametersTests proves with them that the rule can fail.
#pragma warning disable CA1801, CA1812, CA1822, CA1823, CA2211, CS9113, IDE0060
namespace FLTS.Tests.Architecture.Planted.Parameters;

internal interface IPort
{
    void Do(int a, int b, int c, int d, int e, int f, int g, int h);
}

internal sealed class ServiceOfEight(int a, int b, int c, int d, int e, int f, int g, int h)
{
    public int Sum => a + b + c + d + e + f + g + h;
}

internal sealed class ServiceOfSeven(int a, int b, int c, int d, int e, int f, int g)
{
    public int Sum => a + b + c + d + e + f + g;
}

internal sealed class MethodOfEight
{
    public int Do(int a, int b, int c, int d, int e, int f, int g, int h) => a + b + c + d + e + f + g + h;

    public int Local()
    {
        return Inner(1, 2, 3, 4, 5, 6, 7, 8);

        static int Inner(int a, int b, int c, int d, int e, int f, int g, int h) => a + b + c + d + e + f + g + h;
    }
}

internal sealed record ViewOfEight(int A, int B, int C, int D, int E, int F, int G, int H);

internal readonly record struct ViewOfEightByValue(int A, int B, int C, int D, int E, int F, int G, int H);

/// <summary>A record, but its parameters are no properties.</summary>
internal sealed record RecordThatDoesMore
{
    public RecordThatDoesMore(int a, int b, int c, int d, int e, int f, int g, int h) => Sum = a + b + c + d + e + f + g + h;

    public int Sum { get; }
}
