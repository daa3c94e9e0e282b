namespace FLTS.Tests.Architecture.Planted.Circular;

/// <summary>The other file of a planted circle.</summary>
internal sealed class Egg
{
    public static int Layers => Hen.Broods;
}
