namespace FLTS.Forecasting.Ensemble;

/// <summary>
/// Answers with the weighted means of its members' forecasts, lead by lead and target by target. Its references are its own; the models of
/// runs are their owner's, and outlive it.
/// </summary>
/// <param name="signature">What it needs and gives.</param>
/// <param name="weights">Of the runs, then of the references; M targets as in the signature.</param>
/// <param name="runs">Models of runs.</param>
/// <param name="references">Those that lie inside its artifact.</param>
public sealed class FittedEnsemble(
    ModelSignature signature,
    EnsembleWeights weights,
    IReadOnlyList<IFittedForecaster> runs,
    IReadOnlyList<EnsembleReference> references) : IFittedForecaster
{
    private readonly IFittedForecaster[] _members = [.. runs, .. references.Select(r => r.Model)];

    public ModelSignature Signature => signature;

    public bool FeedsBack => Array.Exists(_members, m => m.FeedsBack);

    public bool KnowsHolidays => Array.Exists(_members, m => m.KnowsHolidays);

    /// <summary>Of its members.</summary>
    public EnsembleWeights Weights => weights;

    /// <summary>Members that lie inside its artifact.</summary>
    public IReadOnlyList<EnsembleReference> References => references;

    /// <summary>What each member counts at a lead, by its type, the mean over the targets; those that count nothing are left out.</summary>
    public IReadOnlyDictionary<string, double> SharesAt(int lead)
    {
        var targets = weights.At(lead);
        return Enumerable.Range(0, _members.Length)
            .Select(p => (Type: _members[p].Signature.ModelType, Share: targets.Average(target => target[p])))
            .Where(m => m.Share > 0)
            .GroupBy(m => m.Type, m => m.Share)
            .ToDictionary(g => g.Key, g => g.Sum(), StringComparer.Ordinal);
    }

    /// <summary>What a model needs and gives that asks all these.</summary>
    /// <param name="models">At least one, of the same targets and step.</param>
    /// <param name="columns">Of the data in order: the inputs are in it.</param>
    public static ModelSignature SignatureOf(IReadOnlyList<IFittedForecaster> models, IReadOnlyList<string> columns)
    {
        var members = models.Select(m => m.Signature).ToArray();
        var reach = models.Min(ComingInputs.ReachOf);
        return members[0] with
        {
            ModelType = EnsembleFamily.Type,
            Inputs = [.. columns.Where(c => members.Any(m => m.Inputs.Contains(c, StringComparer.Ordinal)))],
            InputLength = members.Max(m => m.InputLength),
            Horizon = reach < int.MaxValue ? reach : 1,
            LeadFromEndOfTrain = members.All(m => m.LeadFromEndOfTrain),
            Ahead = [.. members.SelectMany(m => m.KnownAhead).Distinct(StringComparer.Ordinal)],
        };
    }

    public double[,,] Forecast(IReadOnlyList<Window> windows, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        return ForecastAt(windows, [.. Enumerable.Range(1, steps)]);
    }

    /// <inheritdoc/>
    public double[,,] ForecastAt(IReadOnlyList<Window> windows, IReadOnlyList<int> leads)
    {
        if (!KnowsHolidays)
        {
            foreach (var window in windows)
                WindowGroups.RefuseHolidays(window.Holidays, signature.ModelType);
        }

        var shares = leads.Select(weights.At).ToArray(); // [L][M][P]
        var mean = new double[windows.Count, leads.Count, signature.Targets.Count];
        for (var p = 0; p < _members.Length; p++)
        {
            // Leads at which it has no weight are not asked for: who is fed his own forecasts need not go so far.
            int[] asked = [.. Enumerable.Range(0, leads.Count).Where(l => Array.Exists(shares[l], target => target[p] > 0))];
            if (asked.Length == 0)
                continue;
            var forecast = _members[p].ForecastAt(For(_members[p], windows), Array.ConvertAll(asked, l => leads[l]));
            for (var n = 0; n < windows.Count; n++)
            {
                for (var i = 0; i < asked.Length; i++)
                {
                    for (var m = 0; m < signature.Targets.Count; m++)
                    {
                        if (shares[asked[i]][m][p] is > 0 and var share)
                            mean[n, asked[i], m] += share * forecast[n, i, m];
                    }
                }
            }
        }

        return mean;
    }

    public IReadOnlyDictionary<string, byte[]> Save() => EnsembleFiles.Write(weights, runs, references);

    public void Dispose()
    {
        foreach (var reference in references)
            reference.Model.Dispose();
    }

    /// <summary>Holidays are told to those who know them.</summary>
    private IReadOnlyList<Window> For(IFittedForecaster member, IReadOnlyList<Window> windows) =>
        !KnowsHolidays || member.KnowsHolidays ? windows
        : windows is SeriesWindows series ? SeriesWindows.Of(series.Series, series.Origins)
        : [.. windows.Select(w => new Window(w.Series, w.Origin))];
}
