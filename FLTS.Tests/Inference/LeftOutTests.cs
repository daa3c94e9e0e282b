using System.Text;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series.Csv;
using FLTS.Modules.Inference.Models;
using NUnit.Framework;

namespace FLTS.Tests.Inference;

/// <summary>What is left out of a file is said by its report and by every forecast of a model that learned from it.</summary>
[TestFixture, Parallelizable]
internal sealed class LeftOutTests
{
    [Test]
    public void A_report_tells_columns_and_rows_that_are_not_used()
    {
        var csv = "time,load,note\n" + string.Concat(Enumerable.Range(0, 200).Select(i => $"{DatasetClient.At(i)},{i % 7},a\n"))
            + $"{DatasetClient.At(199)},3,b\n";
        using var text = new MemoryStream(Encoding.UTF8.GetBytes(csv));
        var config = PreprocessConfigParser.Parse("station", new string('0', 64), null);

        var report = DatasetPreparer.Prepare(config, CsvTableReader.Read(text, "s.csv", DatasetPreparer.ReadOptions(config))).Meta.Report;

        Assert.That(report.LeftOut, Has.Count.EqualTo(2));
        Assert.That(report.LeftOut[0], Does.StartWith("s.csv: column 'note' is left out: row 2 holds 'a'"));
        Assert.That(report.LeftOut[1], Does.StartWith("s.csv: 1 rows have the time of a later row"));
        Assert.That(report.Warnings, Is.SupersetOf(report.LeftOut));
    }

    [Test]
    public async Task A_served_model_knows_what_was_left_out_of_its_data()
    {
        await using var rig = await ServingRig.StartAsync();
        var dataset = await rig.PrepareAsync("station", DatasetClient.Csv(0, 300));
        await rig.Registry.ExecuteAsync("UPDATE datasets SET report = '{{\"warnings\": [], \"left_out\": [\"a column\"]}}'");

        var model = await rig.Get<ServedModelLoader>().LoadAsync(await rig.PromoteAsync(dataset, "NAIVE", 1, "station"), default);

        Assert.That(model.LeftOut, Is.EqualTo(["a column"]));
    }
}
