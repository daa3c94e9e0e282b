using System.Diagnostics;
using System.Runtime.InteropServices;
using FLTS.Forecasting.Preparation;
using FLTS.Modules.Registry.Artifacts;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Storage;
using FLTS.Tests.Pipeline;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using Npgsql;

namespace FLTS.Tests.Registry;

/// <summary>The one policy for what goes wrong, on every step.</summary>
[TestFixture, Parallelizable]
internal sealed class StepPolicyTests
{
    private static readonly string[] _steps = [StepNames.Preprocess, StepNames.Train, StepNames.Evaluate];

    private static readonly TestCaseData[] _away = [.. Each(
        ("a store", () => new UnavailableException("it is away")),
        ("a disk", () => new IOException("it is away")),
        ("a database", () =>
            new InvalidOperationException("likely due to a transient failure", new NpgsqlException("it is away", new IOException()))))];

#pragma warning disable CA2201 // Types that libraries throw.
    private static readonly TestCaseData[] _unforeseen = [.. Each(
        ("a defect", () => new IndexOutOfRangeException("out of bounds\nand more")),
        ("a native error", () => new ExternalException("out of bounds\nframe #0: c10::Error")),
        ("a timeout of a library", () => new TaskCanceledException("out of bounds")))];
#pragma warning restore CA2201

    [TestCaseSource(nameof(_away))]
    public async Task What_is_away_postpones_for_as_long_as_it_takes(string step, Func<Exception> fault)
    {
        await using var rig = await Rig.StartAsync(step);
        rig.Parts.Before = () => throw fault();

        for (var tries = 1; tries <= 5; tries++)
        {
            await rig.RunAsync();
            var waiting = await rig.RowAsync();
            Assert.That((waiting.IsOver, waiting.Tries, waiting.Faults, waiting.Reason), Is.EqualTo((false, tries, 0, "it is away")));
            Assert.That(waiting.Next, Is.GreaterThan(DateTimeOffset.UtcNow.AddMinutes(-1)));
        }

        rig.Parts.Before = null;
        await rig.RunAsync();
        Assert.That((await rig.RowAsync()).HasSucceeded, Is.True);
    }

    [TestCaseSource(nameof(_steps))]
    public async Task What_is_impossible_fails_at_once_with_its_sentence(string step)
    {
        await using var rig = await Rig.StartAsync(step);
        rig.Parts.Before = () => throw new InvalidInputException("Nothing can be made of this.");

        await rig.RunAsync();

        var row = await rig.RowAsync();
        Assert.That((row.IsOver, row.HasSucceeded, row.Tries, row.Reason), Is.EqualTo((true, false, 0, "Nothing can be made of this.")));
    }

    [TestCaseSource(nameof(_unforeseen))]
    public async Task What_is_unforeseen_is_tried_three_times_and_fails_with_kind_step_and_trace_id(string step, Func<Exception> fault)
    {
        await using var rig = await Rig.StartAsync(step);
        var traces = new List<string>();
        rig.Parts.Before = () =>
        {
            traces.Add(Activity.Current!.TraceId.ToHexString());
            throw fault();
        };

        for (var tries = 1; tries <= 3; tries++)
        {
            await rig.RunAsync();
            var row = await rig.RowAsync();
            Assert.That(row.IsOver, Is.EqualTo(tries == 3), $"after {tries}");
            Assert.That(row.Reason, Is.EqualTo($"{fault().GetType().Name} in {step} (trace {traces[^1]}): out of bounds"));
        }

        Assert.That((await rig.RowAsync()).HasSucceeded, Is.False);
        Assert.That(traces, Has.Count.EqualTo(3).And.Unique);
    }

    [TestCaseSource(nameof(_steps))]
    public async Task Two_that_are_unforeseen_do_not_keep_it_from_succeeding_and_are_forgotten(string step)
    {
        await using var rig = await Rig.StartAsync(step);
        rig.Parts.Before = () => throw new InvalidOperationException("a defect");
        await rig.RunAsync();
        await rig.RunAsync();
        rig.Parts.Before = null;

        await rig.RunAsync();

        var row = await rig.RowAsync();
        Assert.That((row.HasSucceeded, row.Faults), Is.EqualTo((true, 0)), row.Reason);
    }

    [TestCaseSource(nameof(_steps))]
    public async Task Three_deaths_end_it_and_count_apart(string step)
    {
        await using var rig = await Rig.StartAsync(step);
        await rig.Registry.ExecuteAsync($"UPDATE {rig.Table} SET lease_owner = 'dead', lease_heartbeat = 0, lease_token = 3, deaths = 2");

        await rig.RunAsync();

        var row = await rig.RowAsync();
        Assert.That((row.IsOver, row.HasSucceeded, row.Faults), Is.EqualTo((true, false, 0)));
        Assert.That(row.Reason, Is.EqualTo("worker died 3 times: no error was left behind"));
    }

    [TestCaseSource(nameof(_steps))]
    public async Task Who_lost_the_lease_changes_nothing_any_more(string step)
    {
        await using var rig = await Rig.StartAsync(step);
        rig.Parts.Before = () => rig.Registry.ExecuteAsync($"UPDATE {rig.Table} SET lease_token = lease_token + 1, lease_owner = 'other'");

        await rig.RunAsync();

        var row = await rig.RowAsync();
        Assert.That((row.IsOver, row.Owner, row.Tries), Is.EqualTo((false, "other", 0)));
    }

    [TestCaseSource(nameof(_steps))]
    public async Task A_shutdown_is_no_fault(string step)
    {
        await using var rig = await Rig.StartAsync(step);
        using var shutdown = new CancellationTokenSource();
        rig.Parts.Before = async () =>
        {
            await shutdown.CancelAsync();
            shutdown.Token.ThrowIfCancellationRequested();
        };

        await rig.RunAsync(shutdown.Token);

        var row = await rig.RowAsync();
        Assert.That((row.IsOver, row.Owner, row.Tries, row.Faults), Is.EqualTo((false, (string?)null, 0, 0)));
    }

    private static IEnumerable<TestCaseData> Each(params (string What, Func<Exception> Fault)[] faults) =>
        from step in _steps from fault in faults select new TestCaseData(step, fault.Fault).SetArgDisplayNames(step, fault.What);

    /// <summary>A row as all steps have it.</summary>
    private sealed record Seen(bool IsOver, bool HasSucceeded, int Tries, int Faults, string? Owner, string? Reason, DateTimeOffset? Next);

    /// <summary>Something that happens where a step reads what it works on.</summary>
    private sealed class Hook
    {
        public Func<Task>? Before { get; set; }

        public Task MeetAsync() => Before?.Invoke() ?? Task.CompletedTask;
    }

    /// <summary>The real services up to a step that is due.</summary>
    private sealed class Rig(RegistryUnderTest registry, string step, string id, Hook parts) : IAsyncDisposable
    {
        public RegistryUnderTest Registry => registry;

        public Hook Parts => parts;

        public string Table => step switch
        {
            StepNames.Preprocess => "datasets",
            StepNames.Train => "runs",
            _ => "pipelines",
        };

        public static async Task<Rig> StartAsync(string step)
        {
            var parts = new Hook();
            var registry = await PipelineUnderTest.StartAsync(more: services =>
            {
                var store = services.Last(s => s.ServiceType == typeof(IObjectStore)).ImplementationFactory!;
                services.AddSingleton(parts).AddSingleton<IProcessedData, HookedData>();
                services.AddSingleton<IObjectStore>(p => new HookedStore((IObjectStore)store(p), parts));
            });
            var started = await registry.StartPipelineAsync("""{"dataset": "station", "model_types": ["NAIVE"]}""");
            if (step == StepNames.Train)
                await registry.RunStepAsync(StepNames.Preprocess, started.ConfigHash.Value);
            else if (step == StepNames.Evaluate)
                await registry.WorkAsync();
            var id = step switch
            {
                StepNames.Preprocess => started.ConfigHash.Value,
                StepNames.Train => (await registry.RunOfAsync(started.PipelineId)).RunId.Value,
                _ => started.PipelineId.Value,
            };
            return new Rig(registry, step, id, parts);
        }

        public Task RunAsync(CancellationToken cancellation = default) => registry.RunStepAsync(step, id, cancellation: cancellation);

        public async Task<Seen> RowAsync()
        {
            if (step == StepNames.Preprocess)
                return Of(
                    await registry.DatasetAsync(new(id)),
                    d => d.Status is DatasetStatus.Ready or DatasetStatus.Failed,
                    d => d.Status == DatasetStatus.Ready,
                    d => d.Error);
            if (step == StepNames.Train)
                return Of(
                    await registry.RunAsync(new(id)),
                    r => RunRules.HasEnded(r.Status),
                    r => r.Status == RunStatus.Succeeded,
                    r => r.Error);

            return Of(
                await registry.PipelineAsync(new(id)),
                p => PipelineRules.HasEnded(p.Status),
                p => p.Status == PipelineStatus.Promoted,
                p => p.Error ?? p.WaitingReason);
        }

        public ValueTask DisposeAsync() => registry.DisposeAsync();

        private static Seen Of<TRow>(TRow row, Func<TRow, bool> isOver, Func<TRow, bool> hasSucceeded, Func<TRow, string?> reason)
            where TRow : ILeased =>
            new(isOver(row), hasSucceeded(row), row.Tries, row.Faults, row.LeaseOwner, reason(row), row.NextAttemptAt);
    }

    /// <summary>What training and evaluation read.</summary>
    private sealed class HookedData(IDbContextFactory<RegistryDbContext> registry, IObjectStore store, Hook parts)
        : IProcessedData, IDisposable
    {
        private readonly ProcessedData _real = new(registry, store);

        public async Task<PreparedDataset> OpenAsync(ConfigHash configHash, CancellationToken cancellation)
        {
            await parts.MeetAsync();
            return await _real.OpenAsync(configHash, cancellation);
        }

        public void Dispose() => _real.Dispose();
    }

    /// <summary>Where preprocessing reads its source.</summary>
    private sealed class HookedStore(IObjectStore real, Hook parts) : IObjectStore
    {
        public async Task<StoredObject?> StatAsync(ObjectKey key, CancellationToken cancellation)
        {
            if (key.Bucket == ObjectKeys.DatasetBucket)
                await parts.MeetAsync();

            return await real.StatAsync(key, cancellation);
        }

        public Task PutAsync(ObjectKey key, Stream content, CancellationToken cancellation) => real.PutAsync(key, content, cancellation);

        public Task<Stream> OpenReadAsync(ObjectKey key, CancellationToken cancellation) => real.OpenReadAsync(key, cancellation);

        public IAsyncEnumerable<StoredObject> ListAsync(string bucket, string prefix, CancellationToken cancellation) =>
            real.ListAsync(bucket, prefix, cancellation);

        public Task DeleteAsync(ObjectKey key, CancellationToken cancellation) => real.DeleteAsync(key, cancellation);

        public Task ProbeAsync(CancellationToken cancellation) => real.ProbeAsync(cancellation);
    }
}
