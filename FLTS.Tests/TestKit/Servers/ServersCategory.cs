using NUnit.Framework.Internal;

namespace FLTS.Tests.TestKit.Servers;

/// <summary>Holds tests to their category: <c>./flts test --fast</c> must know before it starts which need a server.</summary>
internal static class ServersCategory
{
    /// <param name="server">What is asked for.</param>
    /// <exception cref="InvalidOperationException">The test that runs now is not of the category Servers.</exception>
    public static void Require(string server)
    {
        var asking = TestExecutionContext.CurrentContext.CurrentTest;
        for (NUnit.Framework.Interfaces.ITest? test = asking; test is not null; test = test.Parent)
        {
            // Asked first whether there are any: reading properties that are not there adds an empty list of them, to a suite that other
            // threads read at the same time.
            if (test.Properties.ContainsKey(PropertyNames.Category)
                && test.Properties[PropertyNames.Category].Contains(TestCategories.Servers))
                return;
        }

        throw new InvalidOperationException(
            $"{asking.FullName} asks for {server} but is not of the category Servers: add [Category(TestCategories.Servers)] to it or to "
            + "its fixture, so that './flts test --fast' leaves it out.");
    }
}
