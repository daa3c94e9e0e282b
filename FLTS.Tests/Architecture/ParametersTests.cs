using NUnit.Framework;

namespace FLTS.Tests.Architecture;

[TestFixture, Parallelizable]
internal sealed class ParametersTests
{
    /// <summary>Longer yet. An entry that no longer is fails the test: it only gets shorter.</summary>
    private static readonly string[] _longerYet =
    [
        "FLTS.Forecasting.Metrics.ForecastMetrics.Score: 8",
        "FLTS.Forecasting.Recurrent.Training.TrainingStage.ctor: 9",
        "FLTS.Forecasting.Trees.LightGbmLibrary.DatasetCreateFromSampledColumn: 9", // LightGBM's own.
    ];

    [Test]
    public void No_parameter_list_is_longer_than_seven() =>
        Assert.That(
            Parameters.TooMany(Assemblies.Product.Append(Assemblies.Tests).SelectMany(m => m.GetTypes()))
                .Where(p => !p.Contains(".Planted.", StringComparison.Ordinal)),
                Is.EquivalentTo(_longerYet));

    [TestCase("ServiceOfEight.ctor: 8")]
    [TestCase("MethodOfEight.Do: 8")]
    [TestCase("MethodOfEight.Inner: 8")]
    [TestCase("RecordThatDoesMore.ctor: 8")]
    [TestCase("IPort.Do: 8")]
    public void A_planted_one_is_found(string planted) =>
        Assert.That(
            Parameters.TooMany(Assemblies.Planted("Parameters")),
            Has.Member($"FLTS.Tests.Architecture.Planted.Parameters.{planted}"));

    [Test]
    public void A_plain_view_of_data_may_be_longer_and_seven_may_stand() =>
        Assert.That(
            Parameters.TooMany(Assemblies.Planted("Parameters")),
            Has.None.Contains("ViewOfEight").And.None.Contains("Seven").And.Exactly(5).Items);
}
