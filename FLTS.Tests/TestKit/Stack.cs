namespace FLTS.Tests.TestKit;

/// <summary>
/// The two ways to run. A test that is given <see cref="Full"/> is of the category Servers by itself
/// (<see cref="ServersWhereChosenAttribute"/>).
/// </summary>
public enum Stack
{
    /// <summary>SQLite, a folder, everything else in memory.</summary>
    Embedded,

    /// <summary>PostgreSQL, RabbitMQ and S3.</summary>
    Full,
}
