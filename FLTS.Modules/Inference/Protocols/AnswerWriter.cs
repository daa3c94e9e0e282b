using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.ObjectPool;
using Microsoft.Extensions.Options;
using JsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace FLTS.Modules.Inference.Protocols;

/// <summary>Writes answers in room that is used again, and sends them when they are whole: what fails half-way is told instead.</summary>
internal sealed class AnswerWriter(IOptions<JsonOptions> options)
{
    private readonly ObjectPool<Room> _rooms = new DefaultObjectPool<Room>(new RoomPolicy(options.Value.SerializerOptions.Encoder));

    /// <summary>A forecast as the caller accepts it: JSON, or CSV.</summary>
    public Task SendAsync(HttpContext context, Forecast forecast)
    {
        if (!AnswerFormat.IsCsv(context.Request.Headers.Accept))
            return SendAsync(context.Response, "application/json; charset=utf-8", forecast, (room, f) => AnswerJson.Write(room.Json, f));
        if (forecast.Warnings.Count > 0)
            context.Response.Headers[AnswerCsv.WarningsHeader] = AnswerCsv.Warnings(forecast.Warnings);
        return SendAsync(context.Response, "text/csv; charset=utf-8", forecast, (room, f) => AnswerCsv.Write(room.Bytes, f));
    }

    /// <summary>Answers and problems, in the order of their items.</summary>
    public Task SendAsync(HttpContext context, IReadOnlyList<(Forecast? Forecast, BatchProblem? Problem)> answers) => SendAsync(
        context.Response, "application/json; charset=utf-8", answers, (room, a) => AnswerJson.Write(room.Json, a));

    private async Task SendAsync<T>(HttpResponse response, string type, T answer, Action<Room, T> write)
    {
        var room = _rooms.Get();
        write(room, answer);
        room.Json.Flush();
        (response.ContentType, response.ContentLength) = (type, room.Bytes.WrittenCount);
        await response.BodyWriter.WriteAsync(room.Bytes.WrittenMemory, response.HttpContext.RequestAborted);
        _rooms.Return(room); // Not where it failed: nobody knows who still reads it.
    }

    private sealed class Room(JavaScriptEncoder? encoder) : IDisposable
    {
        public ArrayBufferWriter<byte> Bytes { get; } = new();

        public Utf8JsonWriter Json =>
            field ??= new Utf8JsonWriter(Bytes, new JsonWriterOptions { Encoder = encoder, SkipValidation = true });

        public void Dispose() => Json.Dispose();
    }

    private sealed class RoomPolicy(JavaScriptEncoder? encoder) : PooledObjectPolicy<Room>
    {
        /// <summary>Bytes of room that are kept for the next answer.</summary>
        private const int MostKept = 1 << 20;

        public override Room Create() => new(encoder);

        public override bool Return(Room obj)
        {
            obj.Bytes.ResetWrittenCount();
            obj.Json.Reset(obj.Bytes);
            return obj.Bytes.Capacity <= MostKept;
        }
    }
}
