using FLTS.Forecasting.Prophet.Settings;
using FLTS.Forecasting.Prophet.Terms;
using FLTS.Forecasting.Prophet.Trend;

namespace FLTS.Forecasting.Prophet.Fit;

/// <summary>The fits of all series that are observed on the same rows.</summary>
internal sealed class SharedFit
{
    /// <summary>Ends of a search for starts that are followed to their maximum on all rows.</summary>
    private const int EndsFollowed = 3;

    private readonly ProphetSettings _settings;
    private readonly ProphetFitOptions _options;
    private readonly ProphetFrame _history;
    private readonly double[][] _series;
    private readonly HistoryScale[] _scales;
    private readonly double[][] _scaled;
    private readonly IReadOnlyList<Seasonality> _seasonalities;
    private readonly FittedRegressor[] _regressors;
    private readonly DateTime[] _changepoints;
    private readonly HistoryDesign _design;
    private readonly Posterior _posterior;
    private readonly NormalEquations? _sums;

    /// <param name="settings">Checked.</param>
    /// <param name="history">Observed rows, times ascending.</param>
    /// <param name="series">[M][T] y without holes.</param>
    /// <param name="options">Threads, cancellation.</param>
    public SharedFit(ProphetSettings settings, ProphetFrame history, double[][] series, ProphetFitOptions options)
    {
        (this._settings, this._history, this._series, this._options) = (settings, history, series, options);
        _scales = [.. series.Select(y => HistoryScale.Of(settings, history, y))];
        _scaled = [.. series.Select((y, j) => _scales[j].Values(history, y))];
        _seasonalities = Seasonalities.Resolve(history.Ds, settings);
        _regressors = [.. settings.Regressors.Select(r => FittedRegressor.Of(r, history.Regressors[r.Name], settings))];
        _changepoints = Changepoints.Place(history.Ds, settings);
        var plan = new FeaturePlan(_seasonalities, _regressors, settings, []);

        // Prophet's dummy changepoint where there is none.
        double[] bends = _changepoints.Length == 0 ? [0] : [.. _changepoints.Select(_scales[0].Time)];
        _design = new HistoryDesign(history, [.. history.Ds.Select(_scales[0].Time)], bends, plan, options.Parallelism);
        _posterior = new Posterior(history.Rows, bends.Length, settings.ChangepointPriorScale, plan.Columns);
        if (IsQuadratic)
        {
            _sums = NormalEquations.Sum(_design, null, null, _scaled, options.Cancellation);
            if (settings.Growth == Growth.Flat)
            {
                foreach (var side in _sums.Sides)
                    FlatTrend.Remove(_sums.Gram, side, bends.Length);
            }
        }
    }

    private bool IsQuadratic => _settings.Growth != Growth.Logistic && !_design.AnyMultiplicative;

    /// <summary>Fits series <paramref name="j"/>. Safe to call in parallel.</summary>
    public ProphetModel Fit(int j, ProphetModel? warm)
    {
        var y = _scaled[j];
        var caps = _settings.Growth == Growth.Logistic ? _scales[j].Caps(_history) : null;
        var (k, m) = InitialTrend.Of(_settings.Growth, _design.Times, y, caps);
        var start = Parameters.Of([k, m, .. new double[_design.Parameters - 2]], _design.Changepoints.Length, 1);
        if (_settings.Growth != Growth.Logistic && y.Min() == y.Max())
            return Model(
                j,
                start with { SigmaObs = 1e-9 },
                new FitReport(double.NaN, 0, true, 0, y.Length, "constant history: nothing to optimise"));

        var isWarm = warm is not null && Fits(warm);
        if (isWarm)
            start = warm!.Parameters;
        return IsQuadratic ? FitQuadratic(j, y, start) : FitCurved(j, y, caps, start, isWarm);
    }

    private ProphetModel FitQuadratic(int j, double[] y, Parameters start)
    {
        var curve = new Curve(_design, _settings.Growth, null);
        var residuals = new double[y.Length];
        var outcome = MapOptimizer.Maximise(
            _posterior,
            new QuadraticResiduals(_sums!.Gram, new double[_design.Parameters], _sums.Sides[j], _sums.Squares[j]),
            start.ToVector(),
            _options.MaxIterations,
            _options.Cancellation);
        var iterations = outcome.Iterations;

        // y'y - 2 b'X'y + b'X'Xb loses digits where the fit is close: start again from the residuals themselves until
        // the two sums of squares agree.
        for (var round = 0; round < 3; round++)
        {
            var sse = curve.Residuals(outcome.Theta, y, residuals);
            var settled = Math.Abs(sse - outcome.Sse) <= 1e-9 * sse;
            if (settled)
                break;
            var side = FeatureSides(residuals);
            outcome = MapOptimizer.Maximise(
                _posterior,
                new QuadraticResiduals(_sums.Gram, outcome.Theta, side, sse),
                outcome.Theta,
                _options.MaxIterations,
                _options.Cancellation);
            iterations += outcome.Iterations;
        }

        var exact = curve.Residuals(outcome.Theta, y, residuals);
        return Model(j, outcome with { Sse = exact, Iterations = iterations }, "quadratic form, exact Laplace prior");
    }

    private double[] FeatureSides(double[] residuals)
    {
        var s = _design.Changepoints.Length;
        var side = new double[_design.Parameters];
        var (sumT, sum) = (0.0, 0.0);
        for (var segment = s; segment >= 0; segment--)
        {
            for (var row = _design.SegmentStarts[segment]; row < _design.SegmentStarts[segment + 1]; row++)
            {
                sum += residuals[row];
                sumT += residuals[row] * _design.Times[row];
                LinearAlgebra.Axpy(residuals[row], _design.Features.AsSpan(row * _design.Columns, _design.Columns), side.AsSpan(2 + s));
            }

            if (segment > 0)
                side[1 + segment] = sumT - (_design.Changepoints[segment - 1] * sum);
        }

        (side[0], side[1]) = (sumT, sum);
        if (_settings.Growth == Growth.Flat)
            side.AsSpan(2, s).Clear();
        if (_settings.Growth == Growth.Flat)
            side[0] = 0;
        return side;
    }

    private ProphetModel FitCurved(int j, double[] y, double[]? caps, Parameters start, bool isWarm)
    {
        var problem = new CurvedProblem(_design, _settings.Growth, y, caps, _posterior, 1, _options.Cancellation);
        var (starts, iterations) = (new List<double[]> { start.ToVector() }, 0);
        if (!isWarm)
        {
            var search = new StartSearch(problem, _settings.ChangepointPriorScale, _options.MaxIterations);
            starts = [.. search.Best(start.ToVector(), EndsFollowed)];
            iterations = search.Iterations;
        }

        MapOutcome? best = null;
        foreach (var theta in starts)
        {
            var outcome = problem.Maximise(_posterior, theta, _options.MaxIterations);
            iterations += outcome.Iterations;
            best = best is null || _posterior.Log(outcome.Theta, outcome.Sse) > _posterior.Log(best.Theta, best.Sse) ? outcome : best;
        }

        return Model(j, best! with { Iterations = iterations }, "proximal Gauss-Newton, exact Laplace prior");
    }

    private ProphetModel Model(int j, MapOutcome outcome, string method)
    {
        var report = new FitReport(
            _posterior.Log(outcome.Theta, outcome.Sse), outcome.Iterations, outcome.Converged, outcome.ExpectedGain, _design.Rows, method);
        var model = Model(j, Parameters.Of(outcome.Theta, _design.Changepoints.Length, _posterior.Sigma(outcome.Sse)), report);
        if (_settings.Noise == ObservationNoise.Normal)
            return model;
        var residuals = new double[_design.Rows];
        new Curve(_design, _settings.Growth, _settings.Growth == Growth.Logistic ? _scales[j].Caps(_history) : null)
            .Residuals(outcome.Theta, _scaled[j], residuals);
        return model with { ResidualQuantiles = NoiseDistribution.QuantilesOf(residuals) };
    }

    private ProphetModel Model(int j, Parameters parameters, FitReport report) => new()
    {
        Settings = _settings,
        Scale = _scales[j],
        Seasonalities = _seasonalities,
        Regressors = _regressors,
        Changepoints = _changepoints,
        HistoryEnd = _history.Ds[^1],
        Parameters = parameters,
        Report = report,
    };

    private bool Fits(ProphetModel warm) =>
        warm.Settings.Growth == _settings.Growth
        && warm.Parameters.Delta.Length == _design.Changepoints.Length
        && warm.Columns.Select(c => (c.Name, c.Mode)).SequenceEqual(_design.Plan.Columns.Select(c => (c.Name, c.Mode)));
}
