using FLTS.Forecasting.Baselines;
using FLTS.Forecasting.Ensemble;
using FLTS.Forecasting.Prophet;
using FLTS.Forecasting.Recurrent;
using FLTS.Forecasting.Trees;

namespace FLTS.Forecasting;

/// <summary>Every kind of model, in the order that breaks ties (FORECASTING.md 7).</summary>
public static class ForecasterCatalog
{
    /// <summary>Naive references that stand on every scoreboard; promoted only where a pipeline expects them.</summary>
    public static IReadOnlyList<IForecasterFamily> References { get; } =
        [new NaiveFamily(), new SeasonalNaiveFamily(), new SeasonalMeanFamily(), new EwmaFamily(), new ArFamily(), new ArSeasonalFamily()];

    /// <summary>What is fitted to a series: models and references.</summary>
    public static IReadOnlyList<IForecasterFamily> Fitted { get; } =
        [RecurrentFamily.Gru, RecurrentFamily.Lstm, new ProphetFamily(), new LightGbmFamily(), .. References];

    /// <summary>What is made of the others; behind them in a tie.</summary>
    public static EnsembleFamily Ensemble { get; } = new(References);

    /// <summary>All types.</summary>
    public static IReadOnlyList<IForecasterFamily> All { get; } = [.. Fitted, Ensemble];

    /// <summary>The family of a model type.</summary>
    /// <exception cref="InvalidInputException">No such type; lists those there are.</exception>
    public static IForecasterFamily Get(string modelType) =>
        All.FirstOrDefault(f => f.ModelType == modelType)
        ?? throw new InvalidInputException($"'{modelType}' is no model type; known are {string.Join(", ", All.Select(f => f.ModelType))}.");

    /// <summary>Whether a type is one of <see cref="References"/>.</summary>
    public static bool IsReference(string modelType) => References.Any(f => f.ModelType == modelType);

    /// <summary>Whether a type is made of a pipeline's other runs.</summary>
    public static bool IsEnsemble(string modelType) => modelType == EnsembleFamily.Type;

    /// <summary>Position of a type in the order of types.</summary>
    public static int Order(string modelType)
    {
        for (var i = 0; i < All.Count; i++)
        {
            if (All[i].ModelType == modelType)
                return i;
        }

        return All.Count;
    }
}
