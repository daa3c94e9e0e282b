using System.Globalization;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Prophet.Fit;
using FLTS.Forecasting.Prophet.Predict;
using FLTS.Forecasting.Prophet.Settings;
using FLTS.Forecasting.Prophet.Terms;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Prophet;

/// <summary>Every kind of term against R prophet 1.0 (<c>make_terms.R</c> made the numbers).</summary>
[TestFixture, Parallelizable]
internal sealed class TermReferenceTests
{
    private static readonly JsonObject _cases =
        JsonNode.Parse(File.ReadAllText(Path.Combine(TestContext.CurrentContext.TestDirectory, "Golden", "prophet", "terms.json")))!
            .AsObject();

    private static IEnumerable<string> Names => _cases.Select(c => c.Key);

    [TestCaseSource(nameof(Names))]
    public void Columns_of_the_design_matrix_and_changepoints_are_the_references(string name)
    {
        var (json, settings, rows) = Read(name);
        var model = ProphetFitter.Fit(settings, rows.History);
        var plan = new FeaturePlan(model.Seasonalities, model.Regressors, settings, []);
        var features = plan.Matrix(rows.History, default);
        var q = plan.Columns.Length;

        Assert.That(
            model.Changepoints.Select(c => c.ToString("s", CultureInfo.InvariantCulture)),
            Is.EqualTo(json["changepoints"]!.AsArray().Select(c => (string)c!)));
        Assert.That(model.Scale.YScale, Is.EqualTo((double)json["y_scale"]!).Within(1e-12).Percent);
        Assert.That(plan.Columns.Select(c => c.Name), Is.EquivalentTo(json["names"]!.AsArray().Select(c => (string)c!)));
        Assert.That(ByName(plan, features[..q]), Is.EqualTo(Theirs(json, plan, "X_first_row")).Within(1e-10));
        Assert.That(ByName(plan, features[^q..]), Is.EqualTo(Theirs(json, plan, "X_last_row")).Within(1e-10));
    }

    [TestCaseSource(nameof(Names))]
    public void With_the_references_parameters_forecast_components_and_interval_are_its_own(string name)
    {
        var (json, settings, rows) = Read(name);
        var (model, range) = (AtReference(json, settings, rows.History), Range(rows.History.Y!));
        var forecast = model.Predict(rows.All);

        Assert.That(forecast.Yhat, Is.EqualTo(Doubles(json, "yhat")).Within(1e-9 * range));
        foreach (var (term, value) in json["terms_last_row"]!.AsObject())
            Assert.That(
                term == "trend" ? forecast.Trend[^1] : forecast.Components[term][^1],
                Is.EqualTo((double)value!).Within(1e-9 * range),
                term);
        Assert.That(
            forecast.YhatUpper![^1] - forecast.YhatLower![^1],
            Is.EqualTo((double)json["width_last_row"]!).Within(20).Percent,
            "300 simulated futures there, 1000 here");
    }

    [TestCaseSource(nameof(Names))]
    public void The_fit_is_no_worse_than_the_reference_and_where_a_fit_from_its_parameters_ends(string name)
    {
        var (json, settings, rows) = Read(name);
        var reference = AtReference(json, settings, rows.History);
        var cold = ProphetFitter.Fit(settings, rows.History);
        var warm = ProphetFitter.Fit(settings, rows.History, new ProphetFitOptions { WarmStart = [reference] });
        var theirs = LogPosterior(reference, rows.History);
        TestContext.Out.WriteLine(FormattableString.Invariant($"{name}: reached {cold.Report.LogPosterior:F4}, Stan {theirs:F4}"));

        Assert.That(cold.Report.Converged && warm.Report.Converged, Is.True);
        Assert.That(
            cold.Report.LogPosterior, Is.GreaterThanOrEqualTo(theirs - 1e-6).And.GreaterThanOrEqualTo(warm.Report.LogPosterior - 1e-4));
        Assert.That(cold.PredictPoint(rows.All), Is.EqualTo(warm.PredictPoint(rows.All)).Within(1e-3 * Range(rows.History.Y!)));

        // Stan stops up to a few log units short; so far apart are the curves.
        Assert.That(cold.PredictPoint(rows.All), Is.EqualTo(Doubles(json, "yhat")).Within(0.03 * Range(rows.History.Y!)));
    }

    private static ProphetModel AtReference(JsonObject json, ProphetSettings settings, ProphetFrame history)
    {
        var model = ProphetFitter.Fit(settings, history);
        var plan = new FeaturePlan(model.Seasonalities, model.Regressors, settings, []);
        return model with
        {
            Parameters = new Parameters(
                (double)json["k"]!,
                (double)json["m"]!,
                Doubles(json, "delta"),
                Theirs(json, plan, "beta"),
                (double)json["sigma_obs"]!),
        };
    }

    private static double LogPosterior(ProphetModel model, ProphetFrame history)
    {
        var p = model.Parameters;
        var sse = model.PredictPoint(history).Zip(history.Y!, (a, b) => (a - b) / model.Scale.YScale).Sum(r => r * r);
        return new Posterior(model.Report.Rows, p.Delta.Length, model.Settings.ChangepointPriorScale, [.. model.Columns])
            .Log([p.K, p.M, .. p.Delta, .. p.Beta], sse, p.SigmaObs);
    }

    private static double[] ByName(FeaturePlan plan, double[] features) =>
        [.. plan.Columns.Zip(features).OrderBy(c => c.First.Name, StringComparer.Ordinal).Select(c => c.Second)];

    // The reference puts terms in another order than the settings list them.
    private static double[] Theirs(JsonObject json, FeaturePlan plan, string values)
    {
        var byName = json["names"]!.AsArray()
            .Select(n => (string)n!)
            .Zip(Doubles(json, values))
            .ToDictionary(p => p.First, p => p.Second, StringComparer.Ordinal);
        return values == "beta"
            ? [.. plan.Columns.Select(c => byName[c.Name])]
            : [.. byName.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => p.Value)];
    }

    private static double Range(double[] y) => y.Max() - y.Min();

    private static double[] Doubles(JsonObject json, string name) => [.. json[name]!.AsArray().Select(v => (double)v!)];

    private static (JsonObject Json, ProphetSettings Settings, (ProphetFrame History, ProphetFrame All) Rows) Read(string name)
    {
        var json = _cases[name]!.AsObject();
        var ds = json["ds"]!.AsArray().Select(d => DateTime.Parse((string)d!, CultureInfo.InvariantCulture)).ToArray();
        var columns = (json["columns"] as JsonObject ?? [])
            .ToDictionary(c => c.Key, c => c.Value!.AsArray().Select(v => (double)v!).ToArray());
        var s = json["settings"] as JsonObject ?? [];
        var settings = new ProphetSettings
        {
            Growth = s["growth"] is { } growth ? Enum.Parse<Growth>((string)growth!, ignoreCase: true) : Growth.Linear,
            SeasonalityMode = Mode(s["seasonality.mode"]) ?? TermMode.Additive,
            YearlySeasonality = (int?)s["yearly.seasonality"],
            WeeklySeasonality = s["weekly.seasonality"] is null ? null : 0,
            NChangepoints = (int?)s["n.changepoints"] ?? 25,
            ChangepointRange = (double?)s["changepoint.range"] ?? 0.8,
            ChangepointPriorScale = (double?)s["changepoint.prior.scale"] ?? 0.05,
            HolidaysPriorScale = (double?)s["holidays.prior.scale"] ?? 10,
            Changepoints = s["changepoints"]?.AsArray().Select(c => DateTime.Parse((string)c!, CultureInfo.InvariantCulture)).ToArray(),
            Seasonalities = [.. json["seasonalities"]!.AsArray().Select(t => new Seasonality(
                (string)t!["name"]!,
                (double)t["period"]!,
                (int)t["fourier.order"]!,
                (double?)t["prior.scale"],
                Mode(t["mode"]),
                (string?)t["condition.name"]))],
            Regressors = [.. json["regressors"]!.AsArray().Select(r => new Regressor(
                (string)r!["name"]!,
                (double?)r["prior.scale"],
                Mode(r["mode"]),
                r["standardize"] is null ? Standardisation.Auto : Standardisation.Always))],
            Holidays = [.. (json["holidays"] as JsonArray ?? []).Select(h => new Holiday(
                (string)h!["holiday"]!,
                DateOnly.Parse((string)h["ds"]!, CultureInfo.InvariantCulture),
                (int)h["lower_window"]!,
                (int)h["upper_window"]!,
                (double)h["prior_scale"]!))],
        };
        var y = Doubles(json, "y");
        return (json, settings, (Rows((int)json["rows"]!), Rows(ds.Length)));

        ProphetFrame Rows(int count) => new()
        {
            Ds = ds[..count],
            Y = y[..count],
            Cap = columns.GetValueOrDefault("cap")?[..count],
            Floor = columns.GetValueOrDefault("floor")?[..count],
            Regressors = columns.ToDictionary(c => c.Key, c => c.Value[..count]),
            Conditions = columns.ToDictionary(c => c.Key, c => Array.ConvertAll(c.Value[..count], v => v != 0)),
        };
    }

    private static TermMode? Mode(JsonNode? node) => node is null ? null : Enum.Parse<TermMode>((string)node!, ignoreCase: true);
}
