using System.Text.Json;
using FLTS.Modules.Pipeline;
using NUnit.Framework;

namespace FLTS.Tests.Pipeline;

[TestFixture]
internal sealed class PipelineRequestTests
{
    [TestCase("[]", "must be a JSON object")]
    [TestCase("{}", "'dataset' is missing")]
    [TestCase("""{"dataset": 5}""", "'dataset' must be a string")]
    [TestCase("""{"dataset": "a", "epochs": 5}""", "Unknown field 'epochs'")]
    [TestCase("""{"dataset": "a", "model_types": []}""", "'model_types' must be a list of at least one string")]
    [TestCase("""{"dataset": "a", "model_types": [1]}""", "'model_types' must be a list of at least one string")]
    [TestCase("""{"dataset": "a", "force_retrain": "yes"}""", "'force_retrain' must be true or false")]
    [TestCase("""{"dataset": "a", "training": 3}""", "'training' must be a JSON object")]
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
