namespace FLTS.Tests.Architecture.Planted.Circular
{
    /// <summary>Uses the folder below it in a lambda.</summary>
    internal sealed class Above
    {
        public static Func<object> Make { get; } = () => new Below.Under(null);
    }

    /// <summary>Uses the other file in a nested type alone.</summary>
    internal sealed class Hen
    {
        public static int Broods => Nest.Size;

        private static class Nest
        {
            public static int Size => new List<Egg>().Count;
        }
    }
}

namespace FLTS.Tests.Architecture.Planted.Circular.Below
{
    /// <summary>Uses the folder above it in a parameter.</summary>
    internal sealed class Under(Above? above)
    {
        public Above? Owner => above;
    }
}
