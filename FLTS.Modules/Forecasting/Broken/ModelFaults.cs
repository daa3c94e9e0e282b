using System.Collections.Concurrent;
using FLTS.Forecasting.Scaling;

namespace FLTS.Forecasting.Broken;

/// <summary>Which models of a process are broken on purpose. A server has none of these, but where a replay puts them there.</summary>
public sealed class ModelFaults
{
    private readonly ConcurrentDictionary<string, IReadOnlyList<ModelFault>> _broken = new(StringComparer.Ordinal);

    /// <summary>Breaks a model, whether it is loaded already or not.</summary>
    /// <param name="model">Its name.</param>
    /// <param name="faults">In the order in which they are made.</param>
    public void Break(string model, IReadOnlyList<ModelFault> faults) => _broken[model] = faults;

    /// <summary>What is wrong with a model now.</summary>
    /// <param name="model">Its name.</param>
    public IReadOnlyList<ModelFault> Of(string model) => _broken.GetValueOrDefault(model) ?? [];

    /// <summary>The model as it answers when it is broken.</summary>
    /// <param name="model">Its name.</param>
    /// <param name="whole">Disposed with what is returned.</param>
    /// <param name="scaler">Its scale.</param>
    public IFittedForecaster Wrap(string model, IFittedForecaster whole, Scaler scaler) =>
        new BrokenForecaster(whole, scaler, () => Of(model));
}
