using System.Globalization;
using FLTS.Forecasting.Compute;
using FLTS.Forecasting.Features;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Scaling;
using FLTS.Forecasting.Series;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Preparation;

[Parallelizable]
public class GoldenTests
{
    [TestCase(ScalerKind.MinMax)]
    [TestCase(ScalerKind.Standard)]
    [TestCase(ScalerKind.Robust)]
    [TestCase(ScalerKind.MaxAbs)]
    public void A_scaler_agrees_with_scikit_learn(ScalerKind kind)
    {
        var reference = Golden.Preprocessing["scalers"]![kind.ToString()]!;
        var fitOn = Golden.Columns(Golden.Preprocessing["fit_on"]);
        var other = Golden.Columns(Golden.Preprocessing["transform_also"]);
        var fitted = Golden.Columns(reference["fit_transformed"]);
        var transformed = Golden.Columns(reference["transformed"]);
        var inverse = Golden.Columns(reference["inverse_of_transformed"]);
        for (var c = 0; c < fitOn.Length; c++)
        {
            var scale = Fit(kind, fitOn[c]);
            Golden.AssertClose(Array.ConvertAll(fitOn[c], scale.Transform), fitted[c], $"{kind}: column {c} of what it was fitted on");
            Golden.AssertClose(Array.ConvertAll(other[c], scale.Transform), transformed[c], $"{kind}: column {c} of other rows");
            Golden.AssertClose(Array.ConvertAll(transformed[c], scale.Inverse), inverse[c], $"{kind}: column {c} unscaled");
            if (kind != ScalerKind.MinMax)
                Assert.That(
                    scale.Scale,
                    Is.EqualTo(Golden.Vector(reference["parameters"]!["scale_"])[c]).Within(1e-9).Percent,
                    $"{kind}: scale of column {c}");
        }

        Assert.That(Fit(kind, fitOn[3]).Flat, Is.True, "column 3 is flat");
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(4)]
    [TestCase(5)]
    public void A_calendar_feature_agrees_with_pandas(int feature)
    {
        var name = CalendarFeatures.Names[feature];
        var reference = Golden.Preprocessing["time_features"]!;
        var times = reference["ds"]!.AsArray()
            .Select(t => DateTime.ParseExact(t!.GetValue<string>(), "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture))
            .ToArray();
        Golden.AssertClose([.. times.Select(t => CalendarFeatures.Value(name, t))], Golden.Vector(reference[name]), name);
        var filled = new double[times.Length];
        CalendarFeatures.Fill(name, times, filled);
        Golden.AssertClose(filled, Golden.Vector(reference[name]), $"{name}, filled");
    }

    [Test]
    public void Quantiles_agree_with_numpy()
    {
        var reference = Golden.Preprocessing["quantiles"]!;
        var sorted = Golden.Vector(reference["values"]).Order().ToArray();
        Golden.AssertClose(
            [.. Golden.Vector(reference["q"]).Select(q => Statistics.Quantile(sorted, q))],
            Golden.Vector(reference["linear"]),
            "quantiles");
    }

    [Test]
    public void Clipping_by_the_interquartile_range_agrees_with_the_reference()
    {
        var values = Golden.Vector(Golden.Preprocessing["quantiles"]!["values"]);
        var scale = Fit(ScalerKind.None, values, new ClippingOptions(ClippingMethod.Iqr, IqrFactor: 1.5));
        Golden.AssertClose(Array.ConvertAll(values, scale.Clip), Golden.Vector(Golden.Preprocessing["clip_iqr_1.5"]), "clipped");
    }

    [Test]
    public void Knn_imputation_agrees_with_scikit_learn()
    {
        var columns = Golden.Columns(Golden.Preprocessing["knn"]!["with_holes"]);
        KnnImputer.Fill(columns, 2);
        var expected = Golden.Columns(Golden.Preprocessing["knn"]!["imputed"]);
        for (var c = 0; c < columns.Length; c++)
            Golden.AssertClose(columns[c], expected[c], $"column {c}");
    }

    [Test]
    public void Knn_imputation_ends_when_it_is_cancelled_and_is_refused_where_it_would_take_hours()
    {
        var columns = Golden.Columns(Golden.Preprocessing["knn"]!["with_holes"]);

        Assert.That(
            () => KnnImputer.Fill(columns, 2, new Parallelism(1, new CancellationToken(true))),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(
            () => KnnImputer.RefuseTooMany(200_000, 200_000, 500),
            Throws.TypeOf<InvalidInputException>().With.Message.StartsWith(
                "'missing' is knn: 200000 rows with holes x 200000 rows x 500 columns are 2e+13 comparisons; at most 1e+13 are made."));
    }

    [Test]
    public void Interpolation_agrees_with_pandas()
    {
        var reference = Golden.Preprocessing["interpolate"]!;
        var values = Golden.Vector(reference["with_holes"]);
        MissingValues.Interpolate([.. Enumerable.Range(0, values.Length).Select(i => new DateTime(2024, 1, 1).AddMinutes(i))], values);
        Golden.AssertClose(values, Golden.Vector(reference["imputed"]), "interpolated");
    }

    private static ColumnScale Fit(ScalerKind kind, double[] values, ClippingOptions? clipping = null) =>
        Scaler.FitColumn(
            kind,
            "x",
            values,
            [.. Enumerable.Repeat(true, values.Length)],
            new int[values.Length],
            clipping ?? new ClippingOptions());
}
