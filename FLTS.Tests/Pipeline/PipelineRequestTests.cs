using System.Text.Json;
using FLTS.Modules.Pipeline;
using NUnit.Framework;

namespace FLTS.Tests.Pipeline;

[TestFixture, Parallelizable]
internal sealed class PipelineRequestTests
{
    [TestCase("[]", "must be a JSON object such as {\"dataset\": \"demo\"}")]
    [TestCase("{}", "'dataset' is missing; it must be the name of a dataset")]
    [TestCase("""{"dataset": 5}""", "'dataset' is 5; it must be the name of a dataset, for example {\"dataset\": \"demo\"}")]
    [TestCase("""{"dataset": "a", "epochs": 5}""", "Unknown field 'epochs'")]
    [TestCase("""{"dataset": "a", "model_types": []}""", "'model_types' is []; it must be a list of at least one string")]
    [TestCase("""{"dataset": "a", "model_types": [1]}""", "'model_types' is [1]; it must be a list of at least one string")]
    [TestCase("""{"dataset": "a", "force_retrain": "yes"}""", "'force_retrain' is \"yes\"; it must be true or false")]
    [TestCase("""{"dataset": "a", "training": 3}""", "'training' is 3; it must be a JSON object")]
    [TestCase("""{"dataset": "a", "dataset": "b"}""", "'dataset' is given twice")]
    [TestCase("""{"dataset": "a", "training": {"GRU": {"epochs": 1, "epochs": 2}}}""", "'training.GRU.epochs' is given twice")]
    [TestCase("""{"dataset": "a", "hash_salt": "\ud800"}""", "'hash_salt' is text that is not valid Unicode")]
    [TestCase("""{"dataset": "a", "sample_seed": 1, "preprocessing": {"sample_seed": 2}}""", "'sample_seed' is given twice")]
    public void A_wrong_member_is_refused_by_name(string body, string expected)
    {
        using var document = JsonDocument.Parse(body);

        Assert.That(
            () => PipelineRequest.Parse(document.RootElement),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains(expected));
    }

    [Test]
    public void Sampling_given_at_the_top_level_is_a_preprocessing_option()
    {
        using var document = JsonDocument.Parse("""{"dataset": "a", "sample_train_rows": 50, "preprocessing": {"scaler": "Standard"}}""");

        var request = PipelineRequest.Parse(document.RootElement);

        Assert.That(request.Preprocessing.ToJsonString(), Is.EqualTo("""{"scaler":"Standard","sample_train_rows":50}"""));
    }
}
