using NUnit.Framework;

namespace FLTS.Tests.Architecture;

[TestFixture]
internal sealed class TensorsTests
{
    [Test]
    public void No_number_is_handed_to_libtorch_that_nobody_holds() =>
        Assert.That(Tensors.NumbersNobodyHolds(Assemblies.Product.SelectMany(m => m.GetTypes())), Is.Empty);

    [TestCase("SumOfTensors")]
    [TestCase("TensorTimesNumber")]
    public void A_planted_one_is_found(string type) =>
        Assert.That(Tensors.NumbersNobodyHolds(Assemblies.Planted("Numbers")), Has.Some.Contains(type));
}
