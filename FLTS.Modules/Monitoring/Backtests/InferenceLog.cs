using System.Text.Json;
using FLTS.Modules.Registry.Backtests;
using FLTS.Modules.Storage;

namespace FLTS.Modules.Monitoring.Backtests;

/// <summary>
/// <c>inference-logs/identifier/yyyymmdd/results.jsonl</c>: a line a backtest that was scored on that day. It is made of the rows, whole,
/// each time one more is scored, so that no line is there twice and none is lost.
/// </summary>
internal sealed class InferenceLog(BacktestReader reader, IObjectStore store)
{
    /// <exception cref="UnavailableException">The store refuses.</exception>
    public async Task WriteAsync(Identifier identifier, DateTimeOffset at, CancellationToken cancellation)
    {
        var scored = await reader.ScoredOnAsync(identifier, at, cancellation);
        while (true)
        {
            var written = scored;
            await store.PutAsync(
                ObjectKeys.InferenceLog(identifier, at), stream => WriteAsync(written, stream, cancellation), cancellation);

            // Whoever scores another one at the same time may have written before us and be overwritten: who comes last looks.
            scored = await reader.ScoredOnAsync(identifier, at, cancellation);
            if (scored.SequenceEqual(written))
                return;
        }
    }

    /// <summary>What the rows hold is written as it is: it may be megabytes.</summary>
    private async Task WriteAsync(IReadOnlyList<BacktestId> scored, Stream stream, CancellationToken cancellation)
    {
        foreach (var id in scored)
        {
            var row = await reader.RowAsync(id, cancellation);
            await using (var json = new Utf8JsonWriter(stream))
            {
                json.WriteStartObject();
                json.WriteString("backtest_id", row.BacktestId.Value);
                json.WriteString("identifier", row.Identifier.Value);
                json.WriteString("run_id", row.RunId.Value);
                json.WritePropertyName("result");
                json.WriteRawValue(row.Result!);
                json.WritePropertyName("hours");
                json.WriteRawValue(row.Hours!);
                json.WriteEndObject();
            }

            stream.WriteByte((byte)'\n');
        }
    }
}
