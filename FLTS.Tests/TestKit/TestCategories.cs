namespace FLTS.Tests.TestKit;

/// <summary>Categories the launcher knows: <c>[Category(TestCategories.Soak)]</c>.</summary>
internal static class TestCategories
{
    /// <summary>Minutes rather than seconds: run by <c>./flts test --soak</c> only.</summary>
    public const string Soak = "Soak";
}
