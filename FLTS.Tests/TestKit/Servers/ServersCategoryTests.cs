using NUnit.Framework;
using NUnit.Framework.Interfaces;
using NUnit.Framework.Internal;

namespace FLTS.Tests.TestKit.Servers;

[TestFixture, Parallelizable]
internal sealed class ServersCategoryTests
{
    [Test]
    public void A_test_without_the_category_gets_no_server_and_is_told_what_to_add()
    {
        foreach (var ask in new Func<Task>[]
        {
            TestServers.Postgres, TestServers.RabbitMq, TestServers.Ceph, PostgresServer.StartNewAsync, RabbitMqServer.StartNewAsync,
            CephServer.StartNewAsync,
        })
        {
            Assert.That(ask, Throws.InvalidOperationException.With.Message.Contains("[Category(TestCategories.Servers)]")
                .And.Message.Contains(nameof(A_test_without_the_category_gets_no_server_and_is_told_what_to_add)));
        }
    }

    [Test, Category(TestCategories.Servers)]
    public void A_test_of_the_category_may_ask() => Assert.That(() => ServersCategory.Require("a server"), Throws.Nothing);

    [TestCase(Stack.Embedded, false)]
    [TestCase(Stack.Full, true)]
    public void A_test_that_is_given_the_full_stack_is_of_the_category(Stack stack, bool isOfIt) => AssertCategory(isOfIt, stack);

    [TestCase(Database.Sqlite, false)]
    [TestCase(Database.Postgres, true)]
    public void A_test_that_is_given_PostgreSQL_is_of_the_category(Database database, bool isOfIt) => AssertCategory(isOfIt, database);

    [Test]
    public void Asking_writes_nothing_into_what_other_threads_read_at_the_same_time()
    {
        // Of no category: all the way up is asked.
        Assert.That(() => ServersCategory.Require("a server"), Throws.InvalidOperationException);

        for (ITest? test = TestExecutionContext.CurrentContext.CurrentTest; test is not null; test = test.Parent)
        {
            if (test.Properties.ContainsKey(PropertyNames.Category))
                Assert.That(test.Properties[PropertyNames.Category], Is.Not.Empty, test.FullName);
        }
    }

    private static void AssertCategory(bool isOfIt, object chosen)
    {
        if (isOfIt)
            Assert.That(() => ServersCategory.Require("a server"), Throws.Nothing, $"{chosen}");
        else
            Assert.That(() => ServersCategory.Require("a server"), Throws.InvalidOperationException, $"{chosen}");
    }
}
