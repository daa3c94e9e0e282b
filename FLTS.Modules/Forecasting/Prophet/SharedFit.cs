namespace FLTS.Modules.Forecasting.Prophet;

/// <summary>The fits of all series that are observed on the same rows.</summary>
internal sealed class SharedFit
{
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
            return Model(j, start with { SigmaObs = 1e-9 }, new FitReport(double.NaN, 0, true, 0, y.Length, "constant history: nothing to optimise"));

        if (warm is not null && Fits(warm))
            start = warm.Parameters;
        return IsQuadratic ? FitQuadratic(j, y, start) : FitCurved(j, y, caps, start);
    }

    private ProphetModel FitQuadratic(int j, double[] y, Parameters start)
    {
        var curve = new Curve(design, settings.Growth, null);
        var residuals = new double[y.Length];
        var outcome = MapOptimizer.Maximise(posterior, new QuadraticResiduals(sums!.Gram, new double[design.Parameters], sums.Sides[j], sums.Squares[j]), start.ToVector(), options.MaxIterations, options.Cancellation);
        var iterations = outcome.Iterations;

        // y'y - 2 b'X'y + b'X'Xb loses digits where the fit is close: start again from the residuals themselves until the two sums of squares agree.
        for (var round = 0; round < 3; round++)
        {
            var sse = curve.Residuals(outcome.Theta, y, residuals);
            var settled = Math.Abs(sse - outcome.Sse) <= 1e-9 * sse;
            if (settled)
                break;
            var side = FeatureSides(residuals);
            outcome = MapOptimizer.Maximise(posterior, new QuadraticResiduals(sums.Gram, outcome.Theta, side, sse), outcome.Theta, options.MaxIterations, options.Cancellation);
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

    private ProphetModel FitCurved(int j, double[] y, double[]? caps, Parameters start)
    {
        var residuals = new CurvedResiduals(design, settings.Growth, y, caps, options.Cancellation);
        var outcome = MapOptimizer.Maximise(posterior, residuals, start.ToVector(), options.MaxIterations, options.Cancellation);
        if (settings.Growth == Growth.Logistic)
        {
            // The posterior of a logistic trend has several maxima: the better of two starts is kept.
            var second = MapOptimizer.Maximise(posterior, residuals, SmoothedStart(y, caps!), options.MaxIterations, options.Cancellation);
            var better = posterior.Log(second.Theta, second.Sse) > posterior.Log(outcome.Theta, outcome.Sse) ? second : outcome;
            outcome = better with { Iterations = outcome.Iterations + second.Iterations };
        }

        return Model(j, outcome, "proximal Gauss-Newton, exact Laplace prior");
    }

    // One Gauss-Newton step from the history's own moving average: it gives z of every row (see PiecewiseTrend), in which the problem is quadratic,
    // and sigma_obs: a step from nothing would take all of y for noise and never bend the trend.
    private double[] SmoothedStart(double[] y, double[] caps)
    {
        var (weights, trend, side) = (new double[y.Length], new double[y.Length], new double[y.Length]);
        var half = Math.Max(1, y.Length / 80);
        var (sum, from, to, noise) = (0.0, 0, 0, 0.0);
        for (var i = 0; i < y.Length; i++)
        {
            for (; to < Math.Min(y.Length, i + half + 1); to++)
                sum += y[to] / caps[to];
            for (; from < i - half; from++)
                sum -= y[from] / caps[from];
            var share = Math.Clamp(sum / (to - from), 0.02, 0.98);
            (weights[i], trend[i]) = (caps[i] * share * (1 - share), caps[i] * share);
            side[i] = y[i] - trend[i] + (weights[i] * Math.Log(share / (1 - share)));
            noise += (y[i] - trend[i]) * (y[i] - trend[i]);
        }

        var fit = NormalEquations.Sum(design, weights, design.AnyMultiplicative ? trend : null, [side], options.Cancellation);
        var weight = 1 / Math.Pow(posterior.Sigma(noise), 2);
        var p = design.Parameters;
        var h = Array.ConvertAll(fit.Gram, v => weight * v);
        for (var i = 0; i < p; i++)
            h[(i * p) + i] += posterior.Precision[i];
        var theta = new double[p];
        new LassoQuadratic(p).Solve(h, Array.ConvertAll(fit.Sides[0], v => weight * v), posterior.Penalty, theta);
        theta[1] = Math.Abs(theta[0]) > 1e-3 ? -theta[1] / theta[0] : 0.5; // z(0) = -k m.
        return theta;
    }

    private ProphetModel Model(int j, MapOutcome outcome, string method)
    {
        var report = new FitReport(posterior.Log(outcome.Theta, outcome.Sse), outcome.Iterations, outcome.Converged, outcome.ExpectedGain, design.Rows, method);
        return Model(j, Parameters.Of(outcome.Theta, design.Changepoints.Length, posterior.Sigma(outcome.Sse)), report);
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
