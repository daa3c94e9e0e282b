using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Leads;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Baselines;

/// <summary>
/// What direct models learn the difference to: AR_SEASONAL's forecast, AR's where train is too short for that, fitted on the rows before
/// validation. It lies in the artifact of whoever learned on it.
/// </summary>
internal sealed class LeadBase
{
    /// <summary>Name of its file in an artifact.</summary>
    public const string FileName = "base.json";

    /// <summary>Most rows that it sees.</summary>
    private const int MostRows = 10;

    /// <summary>Multiplications that its fit may take; wide tables get one of fewer rows.</summary>
    private const double MostOperations = 1e10;

    private readonly FittedLeads _model;
    private readonly FittedLeads? _plain; // AR, for origins of train before which there are not two seasons.

    private LeadBase(FittedLeads model, FittedLeads? plain) => (_model, _plain) = (model, plain);

    /// <summary>The knots that it was fitted at.</summary>
    public int[] Knots => [.. _model.Model.Knots.Select(k => k.Lead)];

    /// <summary>Whether SEASONAL_MEAN is known to it.</summary>
    public bool IsSeasonal => _model.Model.IsSeasonal;

    /// <summary>Fits it.</summary>
    /// <param name="data">Train.</param>
    /// <param name="inputLength">Rows that whoever learns on it sees.</param>
    /// <param name="onAll">Whether it is fitted on validation too: for a model that was.</param>
    /// <param name="around">Of the learner's fit.</param>
    public static LeadBase Fit(TrainingSet data, int inputLength, bool onAll, FitContext around)
    {
        var context = around with { Progress = null, Checkpoint = null, MostOperations = MostOperations };
        var plain = Fit("AR", isSeasonal: false) ?? Last(data);
        return ArForecaster.HasSeasons(data.Series) && Fit("AR_SEASONAL", isSeasonal: true) is { } seasonal
            ? new LeadBase(seasonal, plain)
            : new LeadBase(plain, null);

        // Tables too wide for so many rows get a base of fewer, and in the end none.
        FittedLeads? Fit(string type, bool isSeasonal)
        {
            for (var rows = Math.Min(inputLength, MostRows); rows > 0; rows /= 2)
            {
                try
                {
                    var fit = new ArForecaster(type, isSeasonal, rows, onAll, LeadMode.Direct).Fit(data, context);
                    return (FittedLeads)fit.Model;
                }
                catch (FltsException)
                {
                    context.Cancellation.ThrowIfCancellationRequested();
                }
            }

            return null;
        }
    }

    /// <summary>Keeps the last value at every lead.</summary>
    private static FittedLeads Last(TrainingSet data)
    {
        var fit = new LeadFit(data, 1, refits: false);
        var knot = new KnotModel(1, LeadTerms.Lags, new double[]?[data.Series.Targets.Count]);
        return new FittedLeads(new LeadsModel(fit.Signature("AR"), fit.Scale, [knot], false, null));
    }

    /// <summary>
    /// The same, but that at the first knot the last value is kept: for learners that find the regression of the next step by themselves,
    /// and more of it than is left over from one that was fitted on the same rows.
    /// </summary>
    public LeadBase KeepingLast() => new(Keeping(_model), _plain is null ? null : Keeping(_plain));

    private static FittedLeads Keeping(FittedLeads fitted)
    {
        var (model, first) = (fitted.Model, fitted.Model.Knots[0]);
        var last = new KnotModel(first.Lead, LeadTerms.Lags, new double[]?[first.Coefficients.Length]);
        return new FittedLeads(model with { Knots = [last, .. model.Knots.Skip(1)] });
    }

    /// <summary>SEASONAL_MEAN of a series as the base sees it; null: it sees none.</summary>
    public SeasonProfile? ProfileOf(PreparedSeries series) => _model.Model.ProfileOf(series);

    /// <summary>Its forecasts from any windows.</summary>
    /// <param name="windows">[N]</param>
    /// <param name="leads">[L]</param>
    /// <returns>[N, L, M]</returns>
    public double[,,] ForecastAt(IReadOnlyList<Window> windows, IReadOnlyList<int> leads) => _model.ForecastAt(windows, leads);

    /// <summary>
    /// Its forecasts at all knots from origins of the series it was fitted on, of which none knows what lies behind it: nothing that was
    /// carried from the end is asked, and the first origins, which have no season before them, get AR's.
    /// </summary>
    /// <param name="series">Train.</param>
    /// <param name="origins">[N] Ascending.</param>
    /// <returns>[N, knots, M], and how many of the first origins have no SEASONAL_MEAN.</returns>
    public (double[,,] Forecast, int Unseasonal) OfTrain(PreparedSeries series, int[] origins)
    {
        if (_plain is null)
            return (_model.ForecastAt(SeriesWindows.Of(series, origins), Knots), origins.Length);
        var profile = new SeasonProfile(series, series.Targets);
        var rows = _model.Signature.InputLength;
        var first = Array.FindIndex(origins, origin => origin >= rows && profile.HasRows(origin - rows));
        if (first < 0)
            first = origins.Length;
        var forecast = new double[origins.Length, Knots.Length, series.Targets.Count];
        var plain = _plain.ForecastAt(SeriesWindows.Of(series, origins.AsSpan(0, first)), Knots);
        var seasonal = _model.ForecastAt(SeriesWindows.Of(series, origins.AsSpan(first)), Knots);
        Array.Copy(plain, forecast, plain.Length);
        Array.Copy(seasonal, 0, forecast, plain.Length, seasonal.Length);
        return (forecast, first);
    }

    /// <summary>As a file.</summary>
    public byte[] Save() => LeadsJson.Write(_model.Model);

    /// <summary>From its file.</summary>
    /// <param name="signature">Of whoever learned on it.</param>
    /// <param name="files">Of the artifact.</param>
    /// <exception cref="CorruptArtifactException">It is missing, or does not fit.</exception>
    public static LeadBase Load(ModelSignature signature, IReadOnlyDictionary<string, byte[]> files)
    {
        if (!files.TryGetValue(FileName, out var bytes))
            throw new CorruptArtifactException($"{signature.ModelType}: {FileName} is missing.");
        try
        {
            var json = JsonNode.Parse(bytes)!.AsObject();
            var own = signature with
            {
                ModelType = json["model_type"]!.GetValue<string>(),
                InputLength = json["input_len"]!.GetValue<int>(),
                Horizon = 1,
            };
            return own.InputLength >= 1 && own.InputLength <= signature.InputLength
                ? new LeadBase(new FittedLeads(LeadsJson.Read(own, json)), null)
                : throw new CorruptArtifactException($"{signature.ModelType}: {FileName} sees {own.InputLength} rows.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or NullReferenceException)
        {
            throw new CorruptArtifactException($"{signature.ModelType}: {FileName} is malformed: {e.Message}", e);
        }
    }
}
