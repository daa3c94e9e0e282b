using System.Text.Json.Nodes;
using FLTS.Modules.Registry.Schema;
using FLTS.Tests.Host;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace FLTS.Tests.Page;

/// <summary>
/// Stations as the registry has them after years: a pipeline, a scoreboard, a champion, live errors and sometimes something noticed, each.
/// Their models are nowhere: what is listed asks for none.
/// </summary>
internal static class ManyStations
{
    public static async Task AddAsync(RunningHost host, int count)
    {
        await using var db = await host.App.Services.GetRequiredService<IDbContextFactory<RegistryDbContext>>().CreateDbContextAsync();
        for (var i = 0; i < count; i++)
            Add(db, i);
        await db.SaveChangesAsync();
    }

    private static void Add(RegistryDbContext db, int i)
    {
        var (name, hash, run) = ($"cell-{i:0000}", $"hash-{i:0000}", $"run-{i:0000}");
        var data = Rows.Dataset(hash);
        (data.Identifier, data.SourceName, data.Status) = (new(name), new(name), DatasetStatus.Ready);
        (data.TrainSha256, data.TestSha256, data.MetaSha256) = ("train", "test", "meta");
        var trained = Rows.Run(run, hash);
        (trained.Identifier, trained.Status, trained.ManifestSha256) = (new(name), RunStatus.Succeeded, "manifest");
        var pipeline = Rows.Pipeline($"pipeline-{i:0000}");
        (pipeline.ConfigHash, pipeline.Identifier, pipeline.Dataset) = (new(hash), new(name), new(name));
        (pipeline.Status, pipeline.EndedAt, pipeline.AttemptId) = (PipelineStatus.Promoted, Rows.Now, new($"attempt-{i:0000}"));
        var board = Rows.Scoreboard($"board-{i:0000}", Rows.Now, Board(run, 0.05 + (i % 97 / 1000.0)));
        (board.ConfigHash, board.Identifier, board.PipelineId) = (new(hash), new(name), pipeline.PipelineId);
        var attempt = Rows.Attempt($"attempt-{i:0000}");
        (attempt.ConfigHash, attempt.Identifier, attempt.SelectedRunId) = (new(hash), new(name), new(run));
        (attempt.Outcome, attempt.EndedAt) = (AttemptOutcome.Promoted, Rows.Now);
        var champion = Rows.Champion(attempt: attempt.AttemptId.Value, run: run);
        (champion.Identifier, champion.ConfigHash) = (new(name), new(hash));
        db.AddRange(data, trained, board, pipeline, attempt, champion, new LiveStationRow
        {
            Identifier = new(name),
            Dataset = new(name),
            Version = 1,
            KnownAt = Rows.Now,
            ScoredTo = Rows.Now,
            Ratio = 0.5 + (i % 89 / 100.0),
            Coverage = 0.6 + (i % 31 / 100.0),
        });
        if (i % 10 == 0)
        {
            db.Add(new DriftEventRow
            {
                EventId = $"event-{i:0000}",
                Identifier = new(name),
                RunId = new(run),
                Kind = DriftKind.Drift,
                Ts = Rows.Now,
                Value = 12,
                Reason = "errors have grown",
                Action = DriftAction.Alarm,
                NoticedAt = DateTimeOffset.UtcNow.AddHours(-i % 48),
            });
        }
    }

    /// <summary>A candidate and six references, as large as scoreboards are.</summary>
    private static string Board(string run, double score) => new JsonObject
    {
        ["target_weights"] = new JsonObject { ["load"] = 1 },
        ["entries"] = new JsonArray([.. Enumerable.Range(0, 7).Select(e => (JsonNode)new JsonObject
        {
            ["rank"] = e + 1,
            ["kind"] = e == 0 ? "candidate" : "reference",
            ["model_type"] = e == 0 ? "GRU" : $"NAIVE{e}",
            ["run_id"] = e == 0 ? run : null,
            ["score"] = score + (e / 100.0),
            ["decision_score"] = score + (e / 100.0),
            ["bands"] = new JsonArray([.. Enumerable.Range(1, 6).Select(b => (JsonNode)new JsonObject
            {
                ["from"] = b,
                ["to"] = b,
                ["score"] = 0.1,
                ["indicative"] = false,
            })]),
            ["per_step"] = new JsonArray([.. Enumerable.Range(0, 48).Select(s => (JsonNode)(0.0123456789 * (s + 1)))]),
        })]),
    }.ToJsonString();
}
