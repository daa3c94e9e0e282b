using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Modules.Evaluation.Promotion;
using FLTS.Modules.Registry.Ledger;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;

namespace FLTS.Tests.Evaluation;

/// <summary>
/// What was asked by hand, and which attempt answered it, stand in columns; attempts of before have both inside their policy and stay as
/// they are. Repeats, aliases and refusals are the same for both, and so is what the API shows.
/// </summary>
[TestFixture, Parallelizable]
internal sealed class AttemptRequestsTests
{
    private const string Key = "key/k";

    private EvaluationRig _rig = null!;

    [SetUp]
    public async Task StartAsync() => _rig = await EvaluationRig.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _rig.DisposeAsync();

    [Test]
    public async Task A_key_asked_again_is_answered_by_its_attempt([Values] bool ofBefore)
    {
        var (pipeline, _) = await _rig.PipelineAsync();
        var first = await PromoteAsync(pipeline, "k", ofBefore);

        var again = await PromoteAsync(pipeline, "k");

        Assert.That(again.Attempt.AttemptId, Is.EqualTo(first.Attempt.AttemptId));
        Assert.That(again.Scoreboard!.ToJsonString(), Is.EqualTo(first.Scoreboard!.ToJsonString()));
        Assert.That(await _rig.AttemptsAsync(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_key_with_another_body_is_refused([Values] bool ofBefore)
    {
        var (pipeline, _) = await _rig.PipelineAsync();
        await PromoteAsync(pipeline, "k", ofBefore);

        Assert.That(
            () => _rig.Get<PromoteService>()
                .PromoteAsync(Request(new { pipeline_id = pipeline.PipelineId.Value, reason = "another" }), "k", default),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains("another body"));
    }

    [Test]
    public async Task What_had_concluded_answers_another_key_and_goes_on_answering_it([Values] bool ofBefore)
    {
        var (pipeline, _) = await _rig.PipelineAsync();
        var first = await PromoteAsync(pipeline, "first", ofBefore);
        var alias = await PromoteAsync(pipeline, "k", ofBefore);

        var again = await PromoteAsync(pipeline, "k");

        var kept = (await _rig.AttemptsAsync()).Single(a => a.IdempotencyKey == Key);
        Assert.That(new[] { alias.Attempt.AttemptId, again.Attempt.AttemptId }, Is.All.EqualTo(first.Attempt.AttemptId));
        Assert.That((kept.Outcome, kept.PipelineId), Is.EqualTo(((AttemptOutcome?)AttemptOutcome.KeptChampion, (PipelineId?)null)));
        Assert.That(AttemptRequests.AnsweredByOf(kept), Is.EqualTo(first.Attempt.AttemptId));
        Assert.That(await _rig.LedgerAsync(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task The_API_shows_what_was_asked_and_what_answered_inside_the_policy_whichever_way_it_is_kept()
    {
        var (pipeline, _) = await _rig.PipelineAsync();
        var first = await PromoteAsync(pipeline, "first");
        await PromoteAsync(pipeline, "k");
        var rows = await _rig.AttemptsAsync();
        var now = rows.ToDictionary(a => a.IdempotencyKey, Shown);

        foreach (var row in rows)
            AsBefore(row);

        var policy = JsonNode.Parse(now[Key])!.AsObject();
        Assert.That(rows.ToDictionary(a => a.IdempotencyKey, Shown), Is.EqualTo(now));
        Assert.That(policy["request"]!.ToJsonString(), Is.EqualTo($$"""{"pipeline_id":"{{pipeline.PipelineId}}"}"""));
        Assert.That(policy["answered_by"]!.GetValue<string>(), Is.EqualTo(first.Attempt.AttemptId.Value));
        Assert.That(policy["evaluation_horizon"]!.GetValue<int>(), Is.EqualTo(1));

        static string Shown(PromotionAttemptRow row) => AttemptView.Of(row).Policy!.ToJsonString();
    }

    [Test]
    public async Task A_new_attempt_by_hand_keeps_its_request_in_the_column_and_others_have_none()
    {
        var (pipeline, _) = await _rig.PipelineAsync();
        await _rig.EvaluateAsync(pipeline.PipelineId);
        await PromoteAsync(pipeline, "k", force: true);

        var attempts = (await _rig.AttemptsAsync()).ToDictionary(a => a.Trigger);
        Assert.That(attempts[AttemptTrigger.Event].Request, Is.Null);
        Assert.That(attempts[AttemptTrigger.Manual].Request, Is.EqualTo($$"""{"force":true,"pipeline_id":"{{pipeline.PipelineId}}"}"""));
        Assert.That(attempts[AttemptTrigger.Manual].Policy, Is.EqualTo(pipeline.Evaluation));
    }

    private async Task<PromoteAnswer> PromoteAsync(PipelineRow pipeline, string key, bool ofBefore = false, bool force = false)
    {
        var request = force
            ? Request(new { pipeline_id = pipeline.PipelineId.Value, force })
            : Request(new { pipeline_id = pipeline.PipelineId.Value });
        var answer = await _rig.Get<PromoteService>().PromoteAsync(request, key, default);
        if (ofBefore)
            await KeepAsBeforeAsync($"key/{key}");

        return answer;
    }

    /// <summary>Puts a stored attempt into the form it had before there were columns.</summary>
    private async Task KeepAsBeforeAsync(string key)
    {
        await using var db = await _rig.DbAsync();
        await db.Database.ExecuteSqlRawAsync("DROP TRIGGER IF EXISTS promotion_attempts_are_kept");
        var row = await db.PromotionAttempts.SingleAsync(a => a.IdempotencyKey == key);
        AsBefore(row);
        await db.SaveChangesAsync();
    }

    private static void AsBefore(PromotionAttemptRow row)
    {
        var policy = JsonNode.Parse(row.Policy)!.AsObject();
        policy["request"] = JsonNode.Parse(row.Request!);
        if (row.AnsweredBy is { } id)
            policy["answered_by"] = id.Value;

        (row.Policy, row.Request, row.AnsweredBy) = (policy.ToJsonString(), null, null);
    }

    private static PromoteRequest Request(object body) => PromoteRequest.Parse(JsonSerializer.SerializeToElement(body));
}
