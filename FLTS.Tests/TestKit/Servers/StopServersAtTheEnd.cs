using FLTS.Tests.TestKit.Servers;
using NUnit.Framework;

namespace FLTS.Tests;

/// <summary>Lives in the root namespace, so that NUnit runs it once, after the last test.</summary>
[SetUpFixture]
internal sealed class StopServersAtTheEnd
{
    [OneTimeTearDown]
    public Task Stop() => TestServers.StopAllAsync();
}
