namespace FLTS.Forecasting.Models;

/// <summary>A model that can answer, be saved and be loaded. Safe to call from several threads at once.</summary>
public interface IFittedForecaster : IDisposable
{
    /// <summary>What it needs and gives.</summary>
    ModelSignature Signature { get; }

    /// <summary>Whether it is fed its own forecasts beyond its horizon, kept within <see cref="ModelSignature.Plausible"/>.</summary>
    bool FeedsBack => false;

    /// <summary>Whether it knows any holidays: one that knows none refuses windows that bring some.</summary>
    bool KnowsHolidays => false;

    /// <summary>Forecasts from many windows in one call; they may be of several series.</summary>
    /// <param name="windows">[N] An answer does not depend on which windows of other series are asked for beside it.</param>
    /// <param name="steps">H, at least 1. Beyond the model's own horizon it is fed its own forecasts, with the
    /// calendar of the coming steps.</param>
    /// <returns>[N, H, M] on the scale of the windows.</returns>
    /// <exception cref="InvalidInputException">
    /// A window is too short or crosses a border; a coming input is unknown; the model does not know a
    /// holiday, or needs to be told of them.
    /// </exception>
    double[,,] Forecast(IReadOnlyList<Window> windows, int steps);

    /// <summary>Forecasts at some leads only, in one call; a model that forecasts directly computes no others.</summary>
    /// <param name="windows">[N] As in <see cref="Forecast"/>.</param>
    /// <param name="leads">[L] In steps, each at least 1, in any order.</param>
    /// <returns>[N, L, M]: what <see cref="Forecast"/> has at those steps, bit for bit.</returns>
    double[,,] ForecastAt(IReadOnlyList<Window> windows, IReadOnlyList<int> leads)
    {
        if (leads.Count == 0)
            return new double[windows.Count, 0, Signature.Targets.Count];
        ArgumentOutOfRangeException.ThrowIfLessThan(leads.Min(), 1);
        var all = Forecast(windows, leads.Max());
        var targets = all.GetLength(2);
        var at = new double[windows.Count, leads.Count, targets];
        for (var n = 0; n < windows.Count; n++)
        {
            for (var l = 0; l < leads.Count; l++)
            {
                for (var m = 0; m < targets; m++)
                    at[n, l, m] = all[n, leads[l] - 1, m];
            }
        }

        return at;
    }

    /// <summary>The model as files, for example <c>weights.safetensors</c> or <c>model.json</c>. Nothing executable.</summary>
    IReadOnlyDictionary<string, byte[]> Save();
}
