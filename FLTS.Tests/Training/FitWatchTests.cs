using System.Diagnostics;
using System.Text.Json.Nodes;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Training;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace FLTS.Tests.Training;

/// <summary>A fit whose sum was wrong costs itself, not the process.</summary>
[TestFixture]
internal sealed class FitWatchTests
{
    [Test]
    public async Task A_fit_that_takes_half_more_seconds_than_are_given_ends_with_its_sum_and_is_not_tried_again()
    {
        // Its trees need few operations a row, and long for them.
        var row = await TrainAsync(
            "LIGHTGBM",
            """
            {"num_iterations": 5000, "num_leaves": 1024, "min_data_in_leaf": 1, "early_stopping_rounds": 1000, "lambda_l2": 1e6,
             "learning_rate": 0.001}
            """,
            services => services.AddSingleton(new LimitsOptions { CpuSeconds = 1 }));

        Assert.That((row.Status, row.Tries, row.Faults), Is.EqualTo((RunStatus.Failed, 0, 0)));
        Assert.That(row.Error, Does.Match(
            @"^A fit of LIGHTGBM was ended: it has taken \d+\.\d s of a processor, more than 1\.5, which is half more than its sum "
            + @"allows \(\d.* rows x .*; Limits:CpuSeconds\)\.$"));
    }

    [Test]
    public async Task A_fit_beside_which_the_process_grows_by_half_more_than_was_summed_ends_with_its_sum()
    {
        var looks = 0;
        var row = await TrainAsync(
            "GRU",
            """{"hidden_size": 64, "epochs": 1000, "patience": 1000}""",
            services => services.AddSingleton(new MemoryLedger(() => Interlocked.Increment(ref looks) > 5 ? 4L << 30 : 1L << 30)));

        Assert.That((row.Status, row.Tries, row.Faults), Is.EqualTo((RunStatus.Failed, 0, 0)));
        Assert.That(row.Error, Does.Match(
            @"^A fit of GRU was ended: the process has grown by 3,072 MB, more than all that runs in it may take, [34]\d\d, which is half "
            + @"more than its sum allows \(members 4 x .*; Limits:MemoryMb\)\.$"));
    }

    [Test]
    public void The_time_of_a_thread_is_what_it_computed_and_not_what_it_slept()
    {
        using var slept = new ManualResetEventSlim();
        using var told = new ManualResetEventSlim();
        ThreadTime? time = null;
        var thread = new Thread(() =>
        {
            time = ThreadTime.OfThis(TimeProvider.System);
            for (var clock = Stopwatch.StartNew(); clock.Elapsed < TimeSpan.FromSeconds(0.3);)
                Thread.SpinWait(1000);
            Thread.Sleep(300);
            slept.Set();
            told.Wait();
        });
        thread.Start();
        slept.Wait();

        Assert.That(time!.Seconds, OperatingSystem.IsLinux() ? Is.InRange(0.01, 0.45) : Is.GreaterThan(0.3));
        told.Set();
        thread.Join();
    }

    private static async Task<RunRow> TrainAsync(string type, string parameters, Action<IServiceCollection> more)
    {
        await using var registry = await Steps.ReadyAsync(Stack.Embedded, more);
        var queued = await registry.QueueRunAsync(await registry.PrepareDemoAsync(), type, JsonNode.Parse(parameters)!.AsObject());
        await registry.RunStepAsync(StepNames.Train, queued.RunId.Value);
        return await registry.RunAsync(queued.RunId);
    }
}
