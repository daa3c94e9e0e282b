using FLTS.Modules.Pipeline;
using FLTS.Modules.Registry.Schema;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace FLTS.Tests.Pipeline;

[TestFixture, Parallelizable]
internal sealed class ReconcilerTests
{
    [Test]
    public async Task What_cannot_be_done_for_one_row_keeps_no_other_waiting()
    {
        await using var registry = await PipelineUnderTest.StartAsync(more: services => services.AddSingleton<IJobQueues, RefusesOne>());
        await registry.AddAsync(
            "pipeline",
            1,
            PipelineUnderTest.Run("first", RunStatus.Queued),
            PipelineUnderTest.Run("second", RunStatus.Queued, "EWMA"));

        await registry.Get<Reconciler>().LookAsync(default);

        Assert.That(((RefusesOne)registry.Get<IJobQueues>()).Trained, Is.EqualTo(["second"]));
        Assert.That(registry.Log.Texts, Has.Some.Contains("the queue refuses first"));
    }

    private sealed class RefusesOne : IJobQueues
    {
        public List<string> Trained { get; } = [];

        public void Enqueue(StepTask task, StepWake wake)
        {
            if (task.Id == "first")
                throw new InvalidOperationException("the queue refuses first");
            Trained.Add(task.Id);
        }
    }
}
