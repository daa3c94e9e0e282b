namespace FLTS.Tests.TestKit;

/// <summary>Categories the launcher knows: <c>[Category(TestCategories.Soak)]</c>.</summary>
internal static class TestCategories
{
    /// <summary>
    /// Starts PostgreSQL, RabbitMQ or Ceph: left out by <c>./flts test --fast</c>. <see cref="FLTS.Tests.TestKit.Servers.TestServers"/>
    /// gives none to a test without it.
    /// </summary>
    public const string Servers = "Servers";

    /// <summary>Starts the product as processes of its own or trains for many seconds: left out by <c>./flts test --fast</c>.</summary>
    public const string Slow = "Slow";

    /// <summary>Opens the page in Chromium: left out by <c>./flts test --fast</c>.</summary>
    public const string Browser = "Browser";

    /// <summary>Minutes rather than seconds: run by <c>./flts test --soak</c> only.</summary>
    public const string Soak = "Soak";

    /// <summary>
    /// Needs measurements that are not part of the repository: run where FLTS_DATASETS and FLTS_REFERENCE name their folders.
    /// </summary>
    public const string RealData = "RealData";
}
