using System.Text.Json;
using FLTS.Forecasting.Json;
using FLTS.Modules.Pipeline.Schedules;
using FLTS.Modules.Registry.Datasets;
using FLTS.Modules.Registry.Pipelines;
using FLTS.Modules.Registry.Runs;
using FLTS.Modules.Registry.Schedules;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace FLTS.Tests.Pipeline.Schedules;

/// <summary>
/// Schedules on a real database, a clock that the test sets, and pipelines that are planned by the test: what is planned is posted as
/// in the product.
/// </summary>
internal sealed class ScheduleRig : IAsyncDisposable
{
    private readonly List<RegistryUnderTest> _processes;
    private readonly ScheduleSettings _settings;

    private ScheduleRig(RegistryUnderTest first, FakeTimeProvider time, ScheduleSettings settings) =>
        (_processes, Time, _settings) = ([first], time, settings);

    public FakeTimeProvider Time { get; }

    public RegistryUnderTest Registry => _processes[0];

    public PlannedByTest Pipelines => Registry.Get<PlannedByTest>();

    public ScheduleStore Schedules => Registry.Get<ScheduleStore>();

    public ScheduleFires FireRows => Registry.Get<ScheduleFires>();

    public static async Task<ScheduleRig> StartAsync(Database database, DateTimeOffset now, params ScheduleDefinition[] settings)
    {
        var (time, given) = (new FakeTimeProvider(now), new ScheduleSettings(settings));
        var rig = new ScheduleRig(await RegistryUnderTest.ReadyAsync(database, (services, _) => Add(services, time, given)), time, given);
        await rig.Registry.AddRowsAsync(new SourceRow
        {
            Name = new("station"),
            Part = "train",
            Version = 1,
            Sha256 = PlannedByTest.Source,
            Size = 1,
            RegisteredAt = now,
        });
        return rig;
    }

    /// <summary>A schedule of pipelines that the test plans.</summary>
    public static ScheduleDefinition Schedule(
        string cron, string zone = "UTC", int jitter = 0, ScheduleOverlap overlap = ScheduleOverlap.Allow, string name = "nightly") =>
        new(new(name), cron, zone, jitter, overlap, """{"dataset":"station"}""");

    /// <summary>A further process on the same database.</summary>
    public RegistryUnderTest Another(params ScheduleDefinition[] settings)
    {
        var process = Registry.Again((services, _) => Add(
            services, Time, settings.Length == 0 ? _settings : new ScheduleSettings(settings)));
        _processes.Add(process);
        return process;
    }

    public Task PutAsync(ScheduleDefinition schedule) => Schedules.PutAsync(schedule, ScheduleOrigin.Api, 10, default);

    /// <summary>What every process does every few seconds, all at the same time.</summary>
    public Task LookAsync() => Task.WhenAll(_processes.Select(p => Task.Run(() => p.Get<ScheduleLoop>().LookAsync(default))));

    /// <summary>Looks when the clock says so.</summary>
    public Task LookAtAsync(DateTimeOffset now)
    {
        Time.SetUtcNow(now);
        return LookAsync();
    }

    /// <summary>Brings every pipeline to its end.</summary>
    public Task<int> EndPipelinesAsync(PipelineStatus status = PipelineStatus.KeptChampion) => Registry.UseAsync(db => db.Pipelines
        .Where(p => p.EndedAt == null)
        .ExecuteUpdateAsync(set => set
            .SetProperty(p => p.Status, status)
            .SetProperty(p => p.Error, "out of luck")
            .SetProperty(p => p.AttemptId, (AttemptId?)new AttemptId("of-test"))
            .SetProperty(p => p.EndedAt, p => p.CreatedAt)));

    /// <summary>In the order of their due times.</summary>
    public Task<List<ScheduleFireRow>> FiresAsync() =>
        Registry.UseAsync(db => db.ScheduleFires.AsNoTracking().OrderBy(f => f.DueAt).ToListAsync());

    public Task<List<PipelineRow>> PipelinesAsync() => Registry.UseAsync(db => db.Pipelines.AsNoTracking().ToListAsync());

    /// <summary>Log lines of an event, of all processes.</summary>
    public int Logged(string eventName) => _processes.Sum(p => p.Log.Count(eventName));

    public async ValueTask DisposeAsync()
    {
        foreach (var process in Enumerable.Reverse(_processes))
            await process.DisposeAsync();
    }

    private static void Add(IServiceCollection services, TimeProvider time, ScheduleSettings settings)
    {
        services.AddSingleton(time);
        services.AddSingleton<IStartupGate, Gate>();
        services.AddSingleton<PlannedByTest>();
        services.AddSingleton<IScheduledPipelines>(p => p.GetRequiredService<PlannedByTest>());
        services.AddSchedules(settings, new ScheduleLimits(TimeSpan.FromSeconds(5), 10));
    }

    private sealed class Gate : IStartupGate
    {
        public Task OpenedAsync(CancellationToken cancellation) => Task.CompletedTask;
    }
}

/// <summary>Plans a pipeline of one run; posting it is the product's.</summary>
internal sealed class PlannedByTest(PipelinePosting posting) : IScheduledPipelines
{
    /// <summary>The source that every plan is made of.</summary>
    public const string Source = "of-test";

    private const string Config = $"{{\"sources\":{{\"train\":\"{Source}\"}}}}";

    /// <summary>What a plan is made of: by default every due time brings data of its own.</summary>
    public Func<FireId, string> Data { get; set; } = fire => fire.DueAt.ToString("O");

    /// <summary>Thrown instead of planning.</summary>
    public Exception? Fault { get; set; }

    public Task PlanAsync(JsonElement request, CancellationToken cancellation) => Task.CompletedTask;

    public Task<PostedPipeline?> StartAsync(JsonElement request, FireId fire, CancellationToken cancellation) =>
        Fault is null ? posting.PostAsync(Plan(Data(fire)), int.MaxValue, fire, cancellation) : throw Fault;

    private static PipelinePlan Plan(string data) => new(
        new PlannedData(
            new("station"), new("station"), ConfigHash.From(CanonicalJson.Hash(data)), Config, false),
        [new PlannedRun("NAIVE", "{}", ParamsHash.From(CanonicalJson.Hash("{}")))],
        new EvaluationPolicy(),
        ForceRetrain: false);
}
