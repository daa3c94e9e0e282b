using NUnit.Framework.Interfaces;
using NUnit.Framework.Internal;

namespace FLTS.Tests.TestKit;

/// <summary>
/// Puts every test whose own or whose fixture's arguments choose <see cref="Stack.Full"/> or
/// <see cref="Database.Postgres"/> into the category Servers.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly)]
internal sealed class ServersWhereChosenAttribute : Attribute, IApplyToTest
{
    public void ApplyToTest(Test test) => Apply(test, isChosen: false);

    private static void Apply(Test test, bool isChosen)
    {
        isChosen |= test.Arguments.Any(a => a is Stack.Full or Database.Postgres);
        if (test.IsSuite)
        {
            foreach (var child in test.Tests.OfType<Test>())
                Apply(child, isChosen);
        }
        else if (isChosen && !test.Properties[PropertyNames.Category].Contains(TestCategories.Servers))
        {
            test.Properties.Add(PropertyNames.Category, TestCategories.Servers);
        }
    }
}
