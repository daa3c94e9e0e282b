using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series.Csv;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace FLTS.Benchmarks.Predict;

/// <summary>
/// What no server in .NET gets below: the same bytes through bare Kestrel, the same JSON read and written by hand, the same forecast
/// without a server. The last two are microseconds of one processor.
/// </summary>
internal static class PredictFloors
{
    private static readonly TimeSpan _measured = TimeSpan.FromSeconds(1);

    /// <summary>Answers every request with as many bytes as its query says, until the process is ended.</summary>
    public static void Serve(string url)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url);
        var app = builder.Build();
        var bytes = new byte[1 << 20];
        app.Run(async context =>
        {
            while ((await context.Request.BodyReader.ReadAsync()) is var read)
            {
                context.Request.BodyReader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                    break;
            }

            var length = int.Parse(context.Request.QueryString.Value!.AsSpan(1), CultureInfo.InvariantCulture);
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = length;
            await context.Response.BodyWriter.WriteAsync(bytes.AsMemory(0, length));
        });
        app.Run();
    }

    /// <summary>Reads every number of the request and writes the answer.</summary>
    public static double JsonMicroseconds(byte[] request, byte[] answer)
    {
        var rows = JsonNode.Parse(answer)!["predictions"]!.AsArray()
            .Select(row => row!.AsObject().Where(c => c.Key != "ts").Select(c => (c.Key, c.Value!.GetValue<double>())).ToList()).ToList();
        using var written = new MemoryStream();
        using var writer = new Utf8JsonWriter(written);
        return Microseconds(() =>
        {
            var sum = 0.0;
            var reader = new Utf8JsonReader(request);
            while (reader.Read())
                sum += reader.TokenType == JsonTokenType.Number ? reader.GetDouble() : 0;
            written.SetLength(0);
            writer.Reset();
            writer.WriteStartArray();
            foreach (var row in rows)
            {
                writer.WriteStartObject();
                writer.WriteString("ts"u8, "2026-01-05T00:00:00"u8);
                foreach (var (name, value) in row)
                    writer.WriteNumber(name, value);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.Flush();
            return sum;
        });
    }

    /// <summary>A champion's model, fitted here as the server fits it, with windows to ask it for.</summary>
    public static (IFittedForecaster Model, Func<int, IReadOnlyList<Window>> Windows) Fit(
        byte[] csv, string modelType, JsonObject hyperparameters)
    {
        var config = PreprocessConfigParser.Parse("bench", new string('0', 64), null, null);
        using var stream = new MemoryStream(csv);
        var train = DatasetPreparer.Prepare(config, CsvTableReader.Read(stream, "bench.csv", DatasetPreparer.ReadOptions(config)))
            .TrainingSet;
        var family = ForecasterCatalog.Get(modelType);
        var fit = family.Create(family.Normalise(hyperparameters)).Fit(train, new FitContext(1, null, CancellationToken.None));
        fit.BeforeRefit?.Dispose();
        return (fit.Model, count => SeriesWindows.Of(train.Series, [.. Enumerable.Range(1, count).Select(n => train.Series.Rows - n)]));
    }

    /// <summary>A forecast of one window among so many that are asked for at once.</summary>
    public static double ForecastMicroseconds(IFittedForecaster model, IReadOnlyList<Window> windows, int steps) =>
        Microseconds(() => model.Forecast(windows, steps)[0, 0, 0]) / windows.Count;

    private static double Microseconds(Func<double> act)
    {
        Many(_measured / 2); // Compiled and warm.
        return Many(_measured);

        double Many(TimeSpan duration)
        {
            var (count, began) = (0, Stopwatch.GetTimestamp());
            for (; Stopwatch.GetElapsedTime(began) < duration; count++)
                _ = act();
            return Stopwatch.GetElapsedTime(began).TotalMicroseconds / count;
        }
    }
}
