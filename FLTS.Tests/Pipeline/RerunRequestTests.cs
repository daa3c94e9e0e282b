using System.Text.Json;
using FLTS.Modules.Pipeline;
using FLTS.Modules.Registry.Pipelines;
using NUnit.Framework;

namespace FLTS.Tests.Pipeline;

[TestFixture, Parallelizable]
internal sealed class RerunRequestTests
{
    [TestCase(null, RerunStage.Train)]
    [TestCase("null", RerunStage.Train)]
    [TestCase("{}", RerunStage.Train)]
    [TestCase("""{"stage": null}""", RerunStage.Train)]
    [TestCase("""{"stage": "evaluate"}""", RerunStage.Evaluate)]
    public void A_stage_is_taken_by_its_word_and_is_train_where_none_is_given(string? body, RerunStage stage) =>
        Assert.That(Read(body), Is.EqualTo(stage));

    [TestCase("[]", "The body must be a JSON object such as {\"stage\": \"train\"}, or empty.")]
    [TestCase("""{"step": "train"}""", "Unknown field 'step'; known is stage.")]
    [TestCase("""{"stage": "Train"}""", "'stage' is \"Train\"; it must be one of ")]
    public void Another_body_is_refused_with_what_would_be_right(string body, string sentence) =>
        Assert.That(() => Read(body), Throws.TypeOf<InvalidInputException>().With.Message.StartsWith(sentence));

    private static RerunStage Read(string? body) => RerunRequest.Stage(body is null ? null : JsonElement.Parse(body));
}
