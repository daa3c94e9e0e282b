using FLTS.Forecasting.Prophet.Settings;
using FLTS.Forecasting.Prophet.Terms;
using FLTS.Forecasting.Prophet.Trend;

namespace FLTS.Forecasting.Prophet.Fit;

/// <summary>The fits of all series that are observed on the same rows.</summary>
internal sealed class SharedFit
{
    /// <summary>Ends of a search for starts that are followed to their maximum on all rows.</summary>
    private const int EndsFollowed = 3;

    private readonly ProphetSettings settings;
    private readonly ProphetFitOptions options;
    private readonly ProphetFrame history;
    private readonly double[][] series;
    private readonly HistoryScale[] scales;
    private readonly double[][] scaled;
    private readonly IReadOnlyList<Seasonality> seasonalities;
    private readonly FittedRegressor[] regressors;
    private readonly DateTime[] changepoints;
    private readonly HistoryDesign design;
    private readonly Posterior posterior;
    private readonly NormalEquations? sums;

    /// <param name="settings">Checked.</param>
    /// <param name="history">Observed rows, times ascending.</param>
    /// <param name="series">[M][T] y without holes.</param>
    /// <param name="options">Threads, cancellation.</param>
    public SharedFit(ProphetSettings settings, ProphetFrame history, double[][] series, ProphetFitOptions options)
    {
        (this.settings, this.history, this.series, this.options) = (settings, history, series, options);
        scales = [.. series.Select(y => HistoryScale.Of(settings, history, y))];
        scaled = [.. series.Select((y, j) => scales[j].Values(history, y))];
        seasonalities = Seasonalities.Resolve(history.Ds, settings);
        regressors = [.. settings.Regressors.Select(r => FittedRegressor.Of(r, history.Regressors[r.Name], settings))];
        changepoints = Changepoints.Place(history.Ds, settings);
        var plan = new FeaturePlan(seasonalities, regressors, settings, []);

        // Prophet's dummy changepoint where there is none.
        double[] bends = changepoints.Length == 0 ? [0] : [.. changepoints.Select(scales[0].Time)];
        design = new HistoryDesign(history, [.. history.Ds.Select(scales[0].Time)], bends, plan, Math.Max(1, options.Threads));
        posterior = new Posterior(history.Rows, bends.Length, settings.ChangepointPriorScale, plan.Columns);
        if (IsQuadratic)
        {
            sums = NormalEquations.Sum(design, null, null, scaled, options.Cancellation);
            if (settings.Growth == Growth.Flat)
            {
                foreach (var side in sums.Sides)
                    FlatTrend.Remove(sums.Gram, side, bends.Length);
            }
        }
    }

    private bool IsQuadratic => settings.Growth != Growth.Logistic && !design.AnyMultiplicative;

    /// <summary>Fits series <paramref name="j"/>. Safe to call in parallel.</summary>
    public ProphetModel Fit(int j, ProphetModel? warm)
    {
        var y = scaled[j];
        var caps = settings.Growth == Growth.Logistic ? scales[j].Caps(history) : null;
        var (k, m) = InitialTrend.Of(settings.Growth, design.Times, y, caps);
        var start = Parameters.Of([k, m, .. new double[design.Parameters - 2]], design.Changepoints.Length, 1);
        if (settings.Growth != Growth.Logistic && y.Min() == y.Max())
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
        var curve = new Curve(design, settings.Growth, null);
        var residuals = new double[y.Length];
        var outcome = MapOptimizer.Maximise(
            posterior,
            new QuadraticResiduals(sums!.Gram, new double[design.Parameters], sums.Sides[j], sums.Squares[j]),
            start.ToVector(),
            options.MaxIterations,
            options.Cancellation);
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
                posterior,
                new QuadraticResiduals(sums.Gram, outcome.Theta, side, sse),
                outcome.Theta,
                options.MaxIterations,
                options.Cancellation);
            iterations += outcome.Iterations;
        }

        var exact = curve.Residuals(outcome.Theta, y, residuals);
        return Model(j, outcome with { Sse = exact, Iterations = iterations }, "quadratic form, exact Laplace prior");
    }

    private double[] FeatureSides(double[] residuals)
    {
        var s = design.Changepoints.Length;
        var side = new double[design.Parameters];
        var (sumT, sum) = (0.0, 0.0);
        for (var segment = s; segment >= 0; segment--)
        {
            for (var row = design.SegmentStarts[segment]; row < design.SegmentStarts[segment + 1]; row++)
            {
                sum += residuals[row];
                sumT += residuals[row] * design.Times[row];
                LinearAlgebra.Axpy(residuals[row], design.Features.AsSpan(row * design.Columns, design.Columns), side.AsSpan(2 + s));
            }

            if (segment > 0)
                side[1 + segment] = sumT - (design.Changepoints[segment - 1] * sum);
        }

        (side[0], side[1]) = (sumT, sum);
        if (settings.Growth == Growth.Flat)
            side.AsSpan(2, s).Clear();
        if (settings.Growth == Growth.Flat)
            side[0] = 0;
        return side;
    }

    private ProphetModel FitCurved(int j, double[] y, double[]? caps, Parameters start, bool isWarm)
    {
        var problem = new CurvedProblem(design, settings.Growth, y, caps, posterior, 1, options.Cancellation);
        var (starts, iterations) = (new List<double[]> { start.ToVector() }, 0);
        if (!isWarm)
        {
            var search = new StartSearch(problem, settings.ChangepointPriorScale, options.MaxIterations);
            starts = [.. search.Best(start.ToVector(), EndsFollowed)];
            iterations = search.Iterations;
        }

        MapOutcome? best = null;
        foreach (var theta in starts)
        {
            var outcome = problem.Maximise(posterior, theta, options.MaxIterations);
            iterations += outcome.Iterations;
            best = best is null || posterior.Log(outcome.Theta, outcome.Sse) > posterior.Log(best.Theta, best.Sse) ? outcome : best;
        }

        return Model(j, best! with { Iterations = iterations }, "proximal Gauss-Newton, exact Laplace prior");
    }

    private ProphetModel Model(int j, MapOutcome outcome, string method)
    {
        var report = new FitReport(
            posterior.Log(outcome.Theta, outcome.Sse), outcome.Iterations, outcome.Converged, outcome.ExpectedGain, design.Rows, method);
        var model = Model(j, Parameters.Of(outcome.Theta, design.Changepoints.Length, posterior.Sigma(outcome.Sse)), report);
        if (settings.Noise == ObservationNoise.Normal)
            return model;
        var residuals = new double[design.Rows];
        new Curve(design, settings.Growth, settings.Growth == Growth.Logistic ? scales[j].Caps(history) : null)
            .Residuals(outcome.Theta, scaled[j], residuals);
        return model with { ResidualQuantiles = NoiseDistribution.QuantilesOf(residuals) };
    }

    private ProphetModel Model(int j, Parameters parameters, FitReport report) => new()
    {
        Settings = settings,
        Scale = scales[j],
        Seasonalities = seasonalities,
        Regressors = regressors,
        Changepoints = changepoints,
        HistoryEnd = history.Ds[^1],
        Parameters = parameters,
        Report = report,
    };

    private bool Fits(ProphetModel warm) =>
        warm.Settings.Growth == settings.Growth
        && warm.Parameters.Delta.Length == design.Changepoints.Length
        && warm.Columns.Select(c => (c.Name, c.Mode)).SequenceEqual(design.Plan.Columns.Select(c => (c.Name, c.Mode)));
}
