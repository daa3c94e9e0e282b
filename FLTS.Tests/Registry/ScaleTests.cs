using FLTS.Modules.Pipeline;
using FLTS.Modules.Registry.Datasets;
using FLTS.Modules.Registry.Ledger;
using FLTS.Modules.Registry.Pipelines;
using FLTS.Modules.Registry.Runs;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Sources;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace FLTS.Tests.Registry;

/// <summary>
/// The registry of a busy year on PostgreSQL: 10,000 runs with 100,000 epochs, 3,300 pipelines of which 20 are unfinished, 1,000
/// scoreboards, attempts and champions of 20 identifiers. What every list and the Reconciler's pass ask of the database is captured, and
/// its plan must find its rows by an index. The plans and the times of the calls are printed.
/// </summary>
[TestFixture, Category(TestCategories.Servers)]
internal sealed class ScaleTests
{
    // No call may read these from end to end. Ten thousand rows of runs PostgreSQL may rightly read whole where a call joins
    // hundreds of them (a millisecond).
    private static readonly string[] _largest = ["run_epochs", "run_artifacts"];

    private RegistryUnderTest _registry = null!;

    [OneTimeSetUp]
    public async Task FillAsync()
    {
        _registry = await RegistryUnderTest.ReadyAsync(Stack.Full, (services, _) =>
        {
            services.AddSingleton(new PipelineOptions { ExpectedModelTypes = ["GRU"] });
            services.AddSingleton<IJobQueues, NoQueues>();
            services.AddSingleton<IStartupGate, OpenGate>();
            services.AddSingleton<ReconcilerParts>();
            services.AddSingleton<Reconciler>();
        });
        await _registry.InsertAsync(Rows.Dataset());
        await _registry.InsertAsync(Rows.Run());
        await _registry.InsertAsync(Rows.Pipeline());
        await _registry.InsertAsync(Rows.Attempt());
        await _registry.InsertAsync(Rows.Champion());
        await _registry.ExecuteAsync(Fill);
    }

    [OneTimeTearDown]
    public async Task CloseAsync() => await _registry.DisposeAsync();

    [TestCaseSource(nameof(Calls))]
    public async Task At_ten_thousand_runs_a_call_reads_neither_its_own_table_nor_a_larger_one_from_end_to_end(
        string name, string listed, Func<RegistryUnderTest, Task> call)
    {
        await call(_registry); // Connections and query plans of EF are made once.
        var times = new List<double>();
        IReadOnlyList<CapturedCommand> commands = [];
        for (var run = 0; run < 5; run++)
        {
            using var capture = new CommandCapture(_registry.Settings["Database:ConnectionString"]!);
            await call(_registry);
            commands = capture.Commands;
            times.Add(capture.Elapsed.TotalMilliseconds);
        }

        TestContext.Out.WriteLine(
            FormattableString.Invariant($"{name}: median {times.Order().ElementAt(2):F1} ms, {commands.Count} commands"));
        Assert.That(commands, Is.Not.Empty, "nothing was captured");
        foreach (var command in commands)
        {
            var plan = await command.ExplainAsync();
            TestContext.Out.WriteLine(plan);
            foreach (var table in _largest.Append(listed))
                Assert.That(plan, Does.Not.Contain($"Seq Scan on {table} "), command.Text);
        }
    }

    private static IEnumerable<TestCaseData> Calls()
    {
        yield return Call(
            "runs", "runs", r => r.Get<RunReader>().ListAsync(new RunFilter(null, null, null, null, null), 50, null, default));
        yield return Call("runs, a page in the middle", "runs", r => r.Get<RunReader>()
            .ListAsync(new RunFilter(null, null, null, null, null), 50, new Cursor(Rows.Now.AddMinutes(5000), "run-5000"), default));
        yield return Call("runs of a pipeline", "runs", r =>
            r.Get<RunReader>().ListAsync(new RunFilter(new("pipeline-7"), null, null, null, null), 50, null, default));
        yield return Call("runs of a config_hash", "runs", r =>
            r.Get<RunReader>().ListAsync(new RunFilter(null, new("hash-7"), null, null, null), 50, null, default));
        yield return Call("runs of an identifier", "runs", r =>
            r.Get<RunReader>().ListAsync(new RunFilter(null, null, new("station-7"), null, null), 50, null, default));
        yield return Call("runs of a model type", "runs", r =>
            r.Get<RunReader>().ListAsync(new RunFilter(null, null, null, "GRU", null), 50, null, default));
        yield return Call("runs by a rare status", "runs", r =>
            r.Get<RunReader>().ListAsync(new RunFilter(null, null, null, null, RunStatus.Queued), 50, null, default));
        yield return Call("a run's metrics", "runs", r => r.Get<RunReader>().MetricsAsync(new("run-7"), default));
        yield return Call("pipelines", "pipelines", r => r.Get<PipelineReader>().ListAsync(null, 50, null, default));
        yield return Call(
            "pipelines of an identifier", "pipelines", r => r.Get<PipelineReader>().ListAsync(new("station-7"), 50, null, default));
        yield return Call("a pipeline", "pipelines", r => r.Get<PipelineReader>().FindAsync("pipeline-7", default));
        yield return Call("a pipeline by config_hash", "pipelines", r => r.Get<PipelineReader>().FindAsync("hash-7", default));
        yield return Call("promotions", "runs", r => r.Get<LedgerReader>().AttemptsAsync(null, null, 50, null, default));
        yield return Call("promotions of an identifier", "promotion_attempts", r =>
            r.Get<LedgerReader>().AttemptsAsync(null, new("station-7"), 50, null, default));
        yield return Call("scoreboard of a config_hash", "scoreboards", r => r.Get<LedgerReader>().ScoreboardAsync("hash-7", default));
        yield return Call("scoreboard of a pipeline", "scoreboards", r => r.Get<LedgerReader>().ScoreboardAsync("pipeline-7", default));
        yield return Call("champions", "runs", r => r.Get<LedgerReader>().ChampionsAsync(50, null, default));
        yield return Call("a champion", "champions", r => r.Get<LedgerReader>().ChampionAsync(new("station-7"), null, default));
        yield return Call("datasets", "runs", r => r.Get<DatasetReader>().ListAsync(r.Get<ISourceCatalog>(), 50, null, default));
        yield return Call("a pass of the Reconciler", "run_epochs", r => r.Get<Reconciler>().LookAsync(default));

        static TestCaseData Call(string name, string listed, Func<RegistryUnderTest, Task> call) =>
            new TestCaseData(name, listed, call).SetArgDisplayNames(name);
    }

    // Copies of rows that the model itself inserted, with other names: no column is forgotten here.
    private const string Fill =
        """
        INSERT INTO datasets SELECT (jsonb_populate_record(d, jsonb_build_object('config_hash', 'hash-' || i, 'identifier', 'station-'
        || i % 20,
            'status', 'ready', 'train_sha256', 'a', 'test_sha256', 'b', 'meta_sha256', 'c'))).* FROM datasets d, generate_series(1,
            3300) i WHERE d.config_hash = 'hash';
        INSERT INTO runs SELECT (jsonb_populate_record(r, jsonb_build_object('run_id', 'run-' || i, 'config_hash', 'hash-' || 1 + i %
        3300, 'identifier', 'station-' || (1 + i % 3300) % 20,
            'model_type', (ARRAY['GRU', 'LSTM', 'PROPHET'])[1 + i % 3], 'generation', i, 'status', CASE WHEN i % 500 = 0 THEN 'queued'
            ELSE 'succeeded' END,
            'manifest_sha256', 'd', 'created_at', r.created_at + i * interval '1 minute'))).* FROM runs r, generate_series(1, 10000) i
            WHERE r.run_id = 'run';
        INSERT INTO run_epochs (run_id, epoch, train_loss, train_rmse, train_mae, train_r2) SELECT 'run-' || i, e, 1, 1, 1, 1 FROM
        generate_series(1, 10000) i, generate_series(1, 10) e;
        INSERT INTO run_artifacts (run_id, path, size, sha256) SELECT 'run-' || i, 'file-' || f, 1000, 'e' FROM generate_series(1,
        10000) i, generate_series(1, 8) f;
        INSERT INTO pipelines SELECT (jsonb_populate_record(p, jsonb_build_object('pipeline_id', 'pipeline-' || i, 'config_hash',
        'hash-' || i, 'identifier', 'station-' || i % 20,
            'sequence', i, 'status', CASE WHEN i > 3280 THEN 'training' ELSE 'promoted' END, 'attempt_id', 'attempt-' || i, 'ended_at',
            CASE WHEN i > 3280 THEN NULL ELSE p.created_at END, 'created_at', p.created_at + i * interval '3 minutes'))).*
            FROM pipelines p, generate_series(1, 3300) i WHERE p.pipeline_id = 'pipeline';
        INSERT INTO pipeline_runs (pipeline_id, model_type, run_id) SELECT 'pipeline-' || 1 + i % 3300, (ARRAY['GRU', 'LSTM',
        'PROPHET'])[1 + i / 3300], 'run-' || i FROM generate_series(1, 9899) i;
        INSERT INTO scoreboards (scoreboard_id, config_hash, identifier, pipeline_id, board, created_at)
            SELECT 'board-' || i, 'hash-' || i, 'station-' || i % 20, 'pipeline-' || i, jsonb_build_object('entries',
            repeat('0.123456789, ', 2000))::text, now() + i * interval '3 minutes' FROM generate_series(1, 1000) i;
        INSERT INTO promotion_attempts SELECT (jsonb_populate_record(a, jsonb_build_object('attempt_id', 'attempt-' || i,
        'idempotency_key', 'key-' || i, 'config_hash', 'hash-' || i,
            'identifier', 'station-' || i % 20, 'pipeline_id', 'pipeline-' || i, 'scoreboard_id', 'board-' || i, 'outcome', 'promoted',
            'selected_run_id', 'run-' || i, 'ended_at', a.created_at + i * interval '3 minutes',
            'created_at', a.created_at + i * interval '3 minutes'))).* FROM promotion_attempts a, generate_series(1, 1000) i WHERE
            a.attempt_id = 'attempt';
        INSERT INTO champions SELECT (jsonb_populate_record(c, jsonb_build_object('identifier', 'station-' || i % 20, 'version', 1 + (i
        - 1) / 20, 'run_id', 'run-' || i,
            'config_hash', 'hash-' || i, 'attempt_id', 'attempt-' || i, 'since', c.since + i * interval '3 minutes'))).* FROM champions
            c, generate_series(1, 1000) i WHERE c.identifier = 'station';
        ANALYZE;
        """;

    private sealed class NoQueues : IJobQueues
    {
        public void Enqueue(StepTask task, StepWake wake)
        {
            // What would be queued is not measured.
        }
    }
}
