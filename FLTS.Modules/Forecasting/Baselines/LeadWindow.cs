using FLTS.Forecasting.Leads;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Baselines;

/// <summary>The rows before one origin as the regressions of <see cref="LeadsModel"/> see them; for one caller at a time.</summary>
internal sealed class LeadWindow
{
    private readonly LeadsModel _model;
    private readonly PreparedSeries _history;
    private readonly SeasonProfile? _profile;
    private readonly int[] _inputs, _targets; // [F] in the series, [M] in the inputs
    private readonly double[] _lags, _season; // [L * F], [M]
    private double[] _deviations = []; // [L * F] Where they are asked for.
    private int _origin;

    /// <param name="model">Whose window it is.</param>
    /// <param name="history">Rows.</param>
    /// <param name="inputs">[F] Positions of the model's inputs in the rows.</param>
    /// <param name="targets">[M] Positions of its targets in its inputs.</param>
    public LeadWindow(LeadsModel model, PreparedSeries history, int[] inputs, int[] targets)
    {
        (_model, _history, _profile) = (model, history, model.ProfileOf(history));
        (_inputs, _targets) = (inputs, targets);
        _lags = new double[model.Signature.InputLength * _inputs.Length];
        _season = new double[_targets.Length];
    }

    /// <summary>Takes an origin's rows.</summary>
    /// <param name="origin">Last known row.</param>
    /// <param name="deviations">Whether their differences to SEASONAL_MEAN are needed.</param>
    /// <exception cref="InvalidInputException">There are too few without a gap.</exception>
    /// <exception cref="NotApplicableException">SEASONAL_MEAN has no value for them.</exception>
    public void Read(int origin, bool deviations)
    {
        var (signature, columns) = (_model.Signature, _inputs.Length);
        if (!new Window(_history, origin).HasRows(signature.InputLength))
            throw new InvalidInputException(
                $"{signature.ModelType} needs {signature.InputLength} rows without a gap up to row {origin}; the series does not have "
                + "them there.");
        _origin = origin;
        var first = origin - signature.InputLength + 1;
        for (var t = 0; t < signature.InputLength; t++)
        {
            for (var f = 0; f < columns; f++)
                _lags[(t * columns) + f] = Standardised(f, _history.Values[_inputs[f]][first + t]);
        }

        if (!deviations)
            return;
        if (_deviations.Length == 0)
            _deviations = new double[_lags.Length];
        _lags.CopyTo(_deviations, 0);
        for (var t = 0; t < signature.InputLength; t++)
        {
            if (!_profile!.TryFillBefore(first + t, _season))
                throw TooShort();
            for (var m = 0; m < _targets.Length; m++)
                _deviations[(t * columns) + _targets[m]] -= Standardised(_targets[m], _season[m]);
        }
    }

    /// <summary>[M] SEASONAL_MEAN at a lead, until it is asked for another.</summary>
    /// <exception cref="NotApplicableException">It has no value.</exception>
    public ReadOnlySpan<double> Season(int lead) => _profile!.TryFill(_origin, lead, _season) ? _season : throw TooShort();

    /// <summary>A knot's forecast, on the series' scale.</summary>
    /// <param name="knot">One of the model's.</param>
    /// <param name="into">[M]</param>
    public void Forecast(KnotModel knot, Span<double> into)
    {
        var season = knot.Terms == LeadTerms.Lags ? default : Season(knot.Lead);
        var lags = knot.Terms == LeadTerms.Deviations ? _deviations : _lags;
        for (var m = 0; m < into.Length; m++)
        {
            var f = _targets[m];
            var value = _lags[^(_inputs.Length - f)];
            if (knot.Coefficients[m] is { } b)
            {
                value = Vectors.Dot(lags, b.AsSpan(0, lags.Length)) + b[^1];
                if (knot.Terms == LeadTerms.Deviations)
                    value += Standardised(f, season[m]);
                for (var s = 0; s < season.Length && knot.Terms == LeadTerms.Season; s++)
                    value += b[lags.Length + s] * Standardised(_targets[s], season[s]);
            }

            into[m] = (value * _model.Scale[f].Deviation) + _model.Scale[f].Mean;
        }
    }

    private double Standardised(int input, double value) => (value - _model.Scale[input].Mean) / _model.Scale[input].Deviation;

    private NotApplicableException TooShort() => new(
        $"{_model.Signature.ModelType} needs {SeasonProfile.Least} seasons of {Series.Season.Steps(_history.Step)} steps up to "
        + $"{_history.Step.Local(_history.Timestamps[_origin]):yyyy-MM-dd HH:mm:ss}; the rows begin at "
        + $"{_history.Step.Local(_history.Timestamps[0]):yyyy-MM-dd HH:mm:ss}.");
}
