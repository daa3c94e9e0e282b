using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Baselines;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;
using FLTS.Forecasting.Series.Csv;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Preparation;

[Parallelizable]
public class RowOrderTests
{
    private const string Zoned = """{"timezone": "Europe/Madrid", "lags": [3]}""";

    [Test]
    public void Any_permutation_of_a_file_s_lines_gives_the_same_configuration_processed_data_and_forecast() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            var options = random.Next(2) == 0 ? "{}" : Zoned;
            SeriesStep[] steps = [TimeSpan.FromMinutes(15), TimeSpan.FromDays(1), SeriesStep.BusinessDay, SeriesStep.OfMonths(1, true)];
            var step = steps[random.Next(steps.Length)];
            var first = new DateTime(2024, 10, 25);
            string[] lines =
            [
                .. Enumerable.Range(0, 120)
                    .Select(k => step.Next(step.AtEnd ? new DateTime(2014, 10, 31) : first, k))
                    .Select((t, k) => string.Create(
                        CultureInfo.InvariantCulture,
                        $"{t:yyyy-MM-ddTHH:mm:ss}{(options == Zoned && step.Unit == StepUnit.Duration ? "Z" : "")},"
                        + $"{(random.Next(30) == 0 ? "" : (k % 7) + random.NextDouble())}")),
            ];
            var inOrder = Prepare(options, lines);
            random.Shuffle(lines);
            var shuffled = Prepare(options, lines);

            Assert.That(shuffled.Meta.ConfigHash, Is.EqualTo(inOrder.Meta.ConfigHash));
            Assert.That(shuffled.Meta.Step, Is.EqualTo(inOrder.Meta.Step));
            Assert.That(shuffled.Train.Timestamps, Is.EqualTo(inOrder.Train.Timestamps));
            Assert.That(shuffled.Train.Values, Is.EqualTo(inOrder.Train.Values));
            Assert.That(shuffled.Test.Values, Is.EqualTo(inOrder.Test.Values));
            Assert.That(Forecast(shuffled), Is.EqualTo(Forecast(inOrder)));
        }).QuickCheckThrowOnFailure();

    private static PreparedDataset Prepare(string options, string[] lines)
    {
        var config = Tables.Config(options);
        using var csv = new MemoryStream(Encoding.UTF8.GetBytes("time,a\n" + string.Join('\n', lines)));
        return DatasetPreparer.Prepare(config, CsvTableReader.Read(csv, "x.csv", DatasetPreparer.ReadOptions(config)));
    }

    private static double[,,] Forecast(PreparedDataset data)
    {
        using var model = new ArFamily().Create(new JsonObject { ["input_len"] = 5 })
            .Fit(data.TrainingSet, new FitContext(1, null, default)).Model;
        return model.Forecast([new Window(data.Test, data.Test.Rows - 1)], 4);
    }
}
