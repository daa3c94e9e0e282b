using FLTS.Forecasting.Prophet;
using FLTS.Forecasting.Prophet.Predict;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Prophet;

/// <summary>Models written by earlier programs.</summary>
[Parallelizable]
internal sealed class StoredModelTests
{
    [TestCase("additive_holidays", "synthetic_additive_holidays")]
    [TestCase("logistic", "synthetic_logistic")]
    public void A_model_of_version_1_loads_and_forecasts_as_it_did(string name, string reference)
    {
        var file = Path.Combine(TestContext.CurrentContext.TestDirectory, "Golden", "prophet", "model_v1.json");
        var model = ProphetJson.Read(File.ReadAllBytes(file))[name];
        var golden = ReferenceCase.Read(reference);
        var allowed = 1.5 * (double)golden.TrueMap["yhat_gap_max"]!;
        Assert.That(model.Predict(golden.Future).Yhat, Is.EqualTo(golden.Doubles("yhat")).Within(allowed));
        Assert.That(model.Report.Converged, Is.True);
    }
}
