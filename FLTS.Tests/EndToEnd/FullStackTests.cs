using NUnit.Framework;

namespace FLTS.Tests.EndToEnd;

[TestFixture, Parallelizable, Category(TestCategories.Servers), Category(TestCategories.Slow)]
internal sealed class FullStackTests
{
    [Test]
    public async Task The_whole_loop_runs_on_PostgreSQL_RabbitMQ_and_S3()
    {
        using var folder = new TemporaryFolder();
        Stations.Write(folder["datasets"], "station", 1500);
        await using var flts = FltsProcess.Start(new FltsStart
        {
            Data = folder["data"],
            Settings = Stations.SmallModels,
            Environment = await FullSettings.CreateAsync(),
            Arguments = ["--datasets", folder["datasets"]],
        });

        await WholeLoop.CheckAsync(flts, "station");
    }
}
