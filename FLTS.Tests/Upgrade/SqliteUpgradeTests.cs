using NUnit.Framework;

namespace FLTS.Tests.Upgrade;

/// <summary>The embedded default, with the cache it had.</summary>
[TestFixture, Parallelizable]
[Category(TestCategories.Slow)]
internal sealed class SqliteUpgradeTests() : UpgradeTests("sqlite")
{
    protected override Task<IReadOnlyDictionary<string, string>> EnvironmentAsync() =>
        Task.FromResult<IReadOnlyDictionary<string, string>>(new Dictionary<string, string>());
}
