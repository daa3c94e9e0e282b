using FLTS.Modules.Monitoring;
using FLTS.Modules.Monitoring.Backtests;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FLTS.Tests.Monitoring;

/// <summary>A stored NAIVE run on a small demo dataset, and the real Monitoring module beside it.</summary>
internal static class BacktestRig
{
    public static async Task<(RegistryUnderTest Registry, RunRow Run)> StartAsync(Stack stack)
    {
        var registry = await Steps.ReadyAsync(stack, services =>
        {
            new MonitoringModule().AddServices(services, new ConfigurationBuilder().Build());
            services.AddSingleton<IJobQueues, NoJobs>();
        });
        var run = await registry.QueueRunAsync(await registry.PrepareDemoAsync(), "NAIVE");
        await registry.RunStepAsync(StepNames.Train, run.RunId.Value);
        return (registry, await registry.RunAsync(run.RunId));
    }

    /// <summary>Asks for one; nobody does it until <see cref="DoAsync"/>.</summary>
    public static async Task<BacktestId> AskAsync(this RegistryUnderTest registry, RunRow run, params int[] leads) =>
        (await registry.Get<BacktestService>().StartAsync(
            new BacktestRequest(run.Identifier, run.RunId, null, null, leads.Length > 0 ? leads : null), default)).BacktestId;

    public static Task DoAsync(this RegistryUnderTest registry, BacktestId id, StepWake wake = StepWake.Event) =>
        registry.RunStepAsync("backtest", id.Value, wake);

    public static Task<BacktestRow> BacktestAsync(this RegistryUnderTest registry, BacktestId id) =>
        registry.UseAsync(db => db.Backtests.AsNoTracking().SingleAsync(b => b.BacktestId == id));

    /// <summary>Lines of the inference log of the day on which a backtest was scored.</summary>
    public static async Task<string[]> LogAsync(this RegistryUnderTest registry, BacktestRow row)
    {
        using var stored = await registry.Store.ReadAllAsync(ObjectKeys.InferenceLog(row.Identifier, row.ScoredAt!.Value), default);
        return System.Text.Encoding.UTF8.GetString(stored.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private sealed class NoJobs : IJobQueues
    {
        public void Enqueue(StepTask task, StepWake wake)
        {
            // The tests do the step themselves.
        }
    }
}
