using NUnit.Framework;

namespace FLTS.Tests.Faults.Servers;

/// <summary>
/// Fixtures that stop and start the servers of <see cref="OwnServers"/> run one after the other, and all of them beside other tests: they
/// mostly wait.
/// </summary>
[SetUpFixture, Parallelizable(ParallelScope.Self)]
internal sealed class OneAfterTheOther;
