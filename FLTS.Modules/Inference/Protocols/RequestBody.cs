using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace FLTS.Modules.Inference.Protocols;

/// <summary>The body of a request as UTF-8, in room that goes back to the pool.</summary>
internal sealed class RequestBody : IDisposable
{
    private const int FirstRoom = 1 << 13, LargestGuess = 1 << 20;

    private byte[] _room;
    private int _length;

    private RequestBody(int room) => _room = ArrayPool<byte>.Shared.Rent(room);

    /// <summary>Until it is disposed of.</summary>
    public ReadOnlyMemory<byte> Bytes
    {
        get
        {
            var preamble = Encoding.UTF8.Preamble;
            return _room.AsMemory(0, _length)[(_room.AsSpan(0, _length).StartsWith(preamble) ? preamble.Length : 0)..];
        }
    }

    /// <summary>Reads it to its end; the server holds it to the endpoint's limit.</summary>
    /// <exception cref="BadHttpRequestException">It is missing, too large, or not declared as JSON.</exception>
    public static async ValueTask<RequestBody> ReadAsync(HttpContext context, CancellationToken cancellation)
    {
        var request = context.Request;
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == false)
            throw new BadHttpRequestException("The body is missing: send a JSON object.");

        // A length is what a client says: no more room is given for it than for a long request.
        var body = new RequestBody((int)Math.Clamp(request.ContentLength ?? FirstRoom, 1, LargestGuess));
        try
        {
            if (Transcoded(request) is not { } text)
                await body.FillAsync(request, cancellation);
            else
                await using (text)
                    await body.FillAsync(text, cancellation);
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_room);
        _room = [];
        _length = 0;
    }

    /// <summary>Null: it is UTF-8 as it is.</summary>
    private static Stream? Transcoded(HttpRequest request)
    {
        if (request.ContentType == AnswerFormat.Json)
            return null;
        if (!request.HasJsonContentType())
            throw new BadHttpRequestException(
                $"The content type '{request.ContentType}' is not understood here; send the body as application/json.",
                StatusCodes.Status415UnsupportedMediaType);

        var encoding = MediaTypeHeaderValue.Parse(request.ContentType).Encoding ?? Encoding.UTF8;
        return encoding.CodePage == Encoding.UTF8.CodePage
            ? null
            : Encoding.CreateTranscodingStream(request.Body, encoding, Encoding.UTF8, leaveOpen: true);
    }

    private async ValueTask FillAsync(HttpRequest request, CancellationToken cancellation)
    {
        while (true)
        {
            var read = await request.BodyReader.ReadAsync(cancellation);
            foreach (var segment in read.Buffer)
                Append(segment.Span);
            request.BodyReader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                return;
        }
    }

    private async ValueTask FillAsync(Stream text, CancellationToken cancellation)
    {
        while (true)
        {
            MakeRoom(FirstRoom);
            var read = await text.ReadAsync(_room.AsMemory(_length), cancellation);
            _length += read;
            if (read == 0)
                return;
        }
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        MakeRoom(bytes.Length);
        bytes.CopyTo(_room.AsSpan(_length));
        _length += bytes.Length;
    }

    private void MakeRoom(int more)
    {
        if (_room.Length - _length >= more)
            return;

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_length + more, 2 * _room.Length));
        _room.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_room);
        _room = larger;
    }
}
