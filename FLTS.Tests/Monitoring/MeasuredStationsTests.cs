using FLTS.Modules.Monitoring.Live;
using FLTS.Modules.Registry.Live;
using FLTS.Modules.Registry.Schema;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace FLTS.Tests.Monitoring;

/// <summary>Rows that come to datasets wake the scoring of their stations, however many rows there are.</summary>
[TestFixture, Parallelizable]
internal sealed class MeasuredStationsTests
{
    private readonly FakeTimeProvider _time = new();

    private RegistryUnderTest _registry = null!;

    /// <summary>Of two stations one has rows that are not scored.</summary>
    [SetUp]
    public async Task StartAsync()
    {
        _registry = await RegistryUnderTest.ReadyAsync(Database.Sqlite);
        foreach (var (name, changes) in new[] { ("due", 1), ("scored", 2) })
        {
            await _registry.AddRowsAsync(new LiveStationRow { Identifier = new(name), Dataset = new(name), Changes = changes });
            await _registry.AddRowsAsync(new MeasurementLogRow { Dataset = new(name), Changes = 2 });
        }
    }

    [TearDown]
    public async Task StopAsync() => await _registry.DisposeAsync();

    [Test]
    public async Task Those_that_are_due_are_woken_once_for_all_rows_of_a_moment_and_again_for_those_of_the_next()
    {
        var jobs = new Jobs();
        using var stations = Stations(jobs);
        await stations.LookAsync(default);
        Assert.That(jobs.Woken, Is.Empty, "no rows came");

        Tell(stations);
        var look = stations.LookAsync(default);
        while (jobs.Woken.Count == 0 && !look.IsCompleted)
            await Task.Delay(5);
        Tell(stations); // While it waits.
        Assert.That(look.IsCompleted, Is.False, "the next look waits a tenth of a second");
        await PassAsync(look);
        Assert.That(jobs.Woken, Is.EqualTo(["due"]), "at once, and once");

        await PassAsync(stations.LookAsync(default));
        Assert.That(jobs.Woken, Is.EqualTo(["due", "due"]));
    }

    [Test]
    public async Task A_look_that_fails_is_made_again_for_the_same_datasets()
    {
        var jobs = new Jobs { Refusals = 1 };
        using var stations = Stations(jobs);
        Tell(stations);

        Assert.That(async () => await stations.LookAsync(default), Throws.InstanceOf<IOException>());
        await PassAsync(stations.LookAsync(default));

        Assert.That(jobs.Woken, Is.EqualTo(["due"]));
    }

    private MeasuredStations Stations(Jobs jobs) =>
        new(_registry.Get<LiveStep>(), jobs, _time, new OpenGate(), NullLogger<MeasuredStations>.Instance);

    private static void Tell(MeasuredStations stations)
    {
        foreach (var name in Enumerable.Repeat<string[]>(["due", "scored", "of nobody"], 20).SelectMany(n => n))
            stations.Wake(new DatasetName(name));
    }

    /// <summary>Lets a tenth of a second pass once the look waits for it.</summary>
    private async Task PassAsync(Task look)
    {
        while (!look.IsCompleted)
        {
            await Task.Delay(5);
            _time.Advance(TimeSpan.FromMilliseconds(100));
        }

        await look;
    }

    private sealed class OpenGate : IStartupGate
    {
        public Task OpenedAsync(CancellationToken cancellation) => Task.CompletedTask;
    }

    private sealed class Jobs : IJobQueues
    {
        public List<string> Woken { get; } = [];

        public int Refusals { get; set; }

        public void Enqueue(StepTask task, StepWake wake)
        {
            if (Refusals-- > 0)
                throw new IOException("the queue is away");
            Woken.Add(task.Id);
        }
    }
}
