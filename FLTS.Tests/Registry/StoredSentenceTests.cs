using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;

namespace FLTS.Tests.Registry;

/// <summary>What one database cannot keep would be tried again for ever: an error that tells of a NUL is an error that ends.</summary>
[TestFixture, Parallelizable]
internal sealed class StoredSentenceTests
{
    private const string Sent = "row 3: '1\0\uD800' is no number";
    private const string Kept = "row 3: '1␀\uFFFD' is no number";

    [Test]
    public async Task An_error_with_control_characters_is_kept_visibly([Values] Database database)
    {
        await using var registry = await RegistryUnderTest.ReadyAsync(database);
        var (dataset, run, pipeline) = (Rows.Dataset(), Rows.Run(), Rows.Pipeline());
        (dataset.Error, run.Error) = (Sent, Sent);
        await registry.AddRowsAsync(dataset);
        await registry.AddRowsAsync(run);
        await registry.AddRowsAsync(pipeline);

        var error = Sent + new string('!', 10_000);
        await registry.UseAsync(db => db.Pipelines.ExecuteUpdateAsync(set => set
            .SetProperty(p => EF.Property<string?>(p, nameof(ILeased.Error)), error)
            .SetProperty(p => p.WaitingReason, error)));

        var updated = await registry.UseAsync(db => db.Pipelines.AsNoTracking().SingleAsync());
        Assert.That((await registry.DatasetAsync(dataset.ConfigHash)).Error, Is.EqualTo(Kept));
        Assert.That((await registry.RunAsync(run.RunId)).Error, Is.EqualTo(Kept));
        Assert.That(updated.Error, Does.StartWith(Kept).And.Length.LessThan(5000));
        Assert.That(updated.WaitingReason, Is.EqualTo(updated.Error));
    }

    [Test]
    public void A_fault_of_a_step_is_a_sentence_that_can_be_kept() => Assert.That(
        new[] { new IOException(Sent), new InvalidOperationException(Sent), (Exception)new InvalidInputException(Sent) }
            .Select(e => StepFault.Of(e, "preprocess", "trace").Reason),
        Is.All.Contains(Kept));
}
