using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Prophet.Fit;
using FLTS.Forecasting.Prophet.Settings;
using FLTS.Forecasting.Series.Grid;

namespace FLTS.Benchmarks;

/// <summary>
/// What the reference implementation (R prophet 1.0 with Stan) reached on one column, min-max scaled, gaps filled forward: a JSON object
/// with <c>y_min</c>, <c>y_max</c> (they tell the column), <c>settings</c> and <c>log_posterior</c> (constants dropped as Stan drops them).
/// A <c>true_map.json</c> beside it gives the true maximum as <c>lp_true_map</c> by file name.
/// </summary>
internal sealed record ProphetReference(double YMin, double YMax, ProphetSettings Settings, double LogPosterior, double? TrueMaximum)
{
    /// <exception cref="InvalidInputException">There is no such file, or it lacks a field; says which.</exception>
    public static ProphetReference Read(string path)
    {
        try
        {
            var json = JsonNode.Parse(File.ReadAllText(path));
            var settings = json?["settings"];
            var maximum = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, "true_map.json");
            return new ProphetReference(
                Number(json, "y_min"),
                Number(json, "y_max"),
                new ProphetSettings
                {
                    NChangepoints = (int)Number(settings, "n_changepoints"),
                    ChangepointPriorScale = Number(settings, "changepoint_prior_scale"),
                    SeasonalityPriorScale = Number(settings, "seasonality_prior_scale"),
                    Scaling = ScalingRule.MinMax,
                },
                Number(json, "log_posterior"),
                File.Exists(maximum) ? (double?)JsonNode.Parse(File.ReadAllText(maximum))?[Path.GetFileName(path)]?["lp_true_map"] : null);
        }
        catch (Exception e) when (e is IOException or JsonException or InvalidOperationException or FormatException)
        {
            throw new InvalidInputException($"--reference {path}: {e.Message}");
        }

        double Number(JsonNode? json, string field) =>
            (double?)json?[field] ?? throw new InvalidInputException($"--reference {path}: the field {field} is missing.");
    }

    /// <summary>Fits the same column in the same way and puts the log posteriors side by side.</summary>
    /// <exception cref="InvalidInputException">No column has the reference's least and greatest value.</exception>
    public JsonObject Compare(SeriesFrame data)
    {
        var column = Array.FindIndex(data.Values, y => y.Where(double.IsFinite).Min() == YMin && y.Where(double.IsFinite).Max() == YMax);
        if (column < 0)
            throw new InvalidInputException(FormattableString.Invariant(
                $"--reference: no column of the data lies between {YMin} and {YMax}, as the reference's does."));

        var filled = (double[])data.Values[column].Clone();
        for (var i = 1; i < filled.Length; i++)
            filled[i] = double.IsNaN(filled[i]) ? filled[i - 1] : filled[i];
        var report = ProphetFitter.Fit(Settings, new ProphetFrame { Ds = data.Timestamps, Y = filled }).Report;
        return new JsonObject
        {
            ["bench"] = "prophet_objective",
            ["target"] = data.Columns[column],
            ["rows"] = data.Rows,
            ["log_posterior"] = report.LogPosterior,
            ["reference"] = LogPosterior,
            ["true_maximum"] = TrueMaximum,
            ["above_reference"] = report.LogPosterior - LogPosterior,
            ["iterations"] = report.Iterations,
            ["converged"] = report.Converged,
        };
    }
}
