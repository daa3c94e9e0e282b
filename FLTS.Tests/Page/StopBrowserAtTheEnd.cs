using NUnit.Framework;

namespace FLTS.Tests.Page;

/// <summary>The browser is one for all tests of this folder.</summary>
[SetUpFixture, Parallelizable(ParallelScope.Self)]
internal sealed class StopBrowserAtTheEnd
{
    [OneTimeTearDown]
    public Task StopAsync() => Browser.StopAsync();
}
