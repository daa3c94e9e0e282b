using System.Text;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series.Csv;
using FLTS.Modules.Datasets.Preview;
using FLTS.Modules.Registry.Sources;
using NUnit.Framework;

namespace FLTS.Tests.Datasets;

/// <summary>Ten public files' shapes, from the file to a forecast, with at most the one option that the preview names.</summary>
[TestFixture, Parallelizable]
internal sealed class PublicFilesTests
{
    private static readonly DatasetOptions _limits = new();

    [TestCaseSource(typeof(PublicFiles), nameof(PublicFiles.All))]
    public async Task It_is_forecast_with_at_most_the_one_option_that_its_preview_names(PublicFile file)
    {
        var seen = await LookAsync(file, []);
        var option = seen.Questions.Count == 0
            ? null
            : new JsonObject { [seen.Questions.Single().Option] = seen.Questions.Single().Choices[0].DeepClone() };

        Assert.That(seen.Refused, Is.Null);
        Assert.That(JsonNode.DeepEquals(option, file.Option is null ? null : JsonNode.Parse(file.Option)), $"{option}");
        Assert.That((await LookAsync(file, option ?? [])).IsReadable, Is.True);
        var (data, forecast) = Forecast(file, SourceOptions.Parse(option ?? []), seen.Series);
        Assert.That(data.Meta.Targets, Is.EqualTo(file.Columns));
        Assert.That(data.Train.Rows + data.Test.Rows, Is.GreaterThan(PublicFiles.Rows - 5), "no rows are lost");
        Assert.That(forecast.Cast<double>(), Is.All.Matches<double>(double.IsFinite));
    }

    private static async Task<FilePreview> LookAsync(PublicFile file, JsonObject given)
    {
        using var body = new MemoryStream(Encoding.UTF8.GetBytes(file.Text));
        return FilePreviewer.Look(await PreviewFile.OfBodyAsync("public.csv", body, default), given, _limits, default);
    }

    private static (PreparedDataset Data, double[,,] Forecast) Forecast(
        PublicFile file, SourceOptions options, IReadOnlyList<string> series)
    {
        var form = options.HoldSeries ? options.Of(series[^1]) : options;
        using var csv = new MemoryStream(Encoding.UTF8.GetBytes(file.Text));
        var table = CsvTableReader.Read(csv, "public.csv", form.Read(_limits));
        var data = DatasetPreparer.Prepare(form.Config, table);
        var naive = ForecasterCatalog.Get("NAIVE");
        var fit = naive.Create(naive.Normalise(null)).Fit(data.TrainingSet, new FitContext(1, null, default));
        return (data, fit.Model.Forecast(SeriesWindows.Of(data.Test, [data.Test.Rows - 1]), 3));
    }
}
