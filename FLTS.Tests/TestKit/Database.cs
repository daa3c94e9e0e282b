namespace FLTS.Tests.TestKit;

/// <summary>
/// Databases the registry runs on. A test that is given <see cref="Postgres"/> is of the category Servers by itself
/// (<see cref="ServersWhereChosenAttribute"/>).
/// </summary>
public enum Database
{
    Sqlite,
    Postgres,
}
