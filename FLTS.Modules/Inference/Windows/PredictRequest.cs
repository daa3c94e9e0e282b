using System.Text.Json;
using Microsoft.Extensions.ObjectPool;

namespace FLTS.Modules.Inference.Windows;

/// <summary>
/// Body of <c>POST /predict</c>, read and checked; its rows become a window in <see cref="WindowReader"/>, which knows the model. Goes back
/// to be used again when it is disposed of.
/// </summary>
internal sealed class PredictRequest : IDisposable, IResettable
{
    /// <summary>Requests kept for those to come: as many as wait beside each other on a busy day.</summary>
    private const int MostKept = 64;

    /// <summary>Not that of the provider, which disposes of what it has no room for: that is how one comes back here.</summary>
    private static readonly DefaultObjectPool<PredictRequest> _pool = new(new DefaultPooledObjectPolicy<PredictRequest>(), MostKept);

    private const string InferenceLengthName = "inference_length";

    private readonly List<double> _levels = [];

    private ReadOnlyMemory<byte> _body;

    /// <summary>Lists of measured columns and times.</summary>
    public SentColumns Data { get; } = new();

    /// <summary>Lists of coming values.</summary>
    public SentColumns Future { get; } = new();

    public string? IndexCol { get; set; }

    public int? InferenceLength { get; set; }

    /// <summary>What the caller calls it.</summary>
    public string LengthName { get; private set; } = InferenceLengthName;

    public Identifier? Identifier { get; set; }

    /// <summary>Of intervals, in percent, each once.</summary>
    public IReadOnlyList<double> Levels => _levels;

    public IReadOnlyList<ComingHoliday>? Holidays { get; set; }

    /// <summary>The rows in <see cref="Data"/> have no times and end now.</summary>
    public bool EndsNow { get; set; }

    /// <summary>What is to be said of members that were not used; null: there were none.</summary>
    public string? Warning { get; set; }

    /// <summary>What is wrong with it; null: nothing that can be told without the model.</summary>
    public FltsException? Fault { get; private set; }

    /// <summary>Reads a body that is JSON; what is wrong with it beyond that is its <see cref="Fault"/>.</summary>
    /// <param name="body">UTF-8, which must stay until the request is disposed of.</param>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static PredictRequest Read(ReadOnlyMemory<byte> body)
    {
        var request = _pool.Get();
        request._body = body;
        try
        {
            request.Fault = PredictRequestReader.Read(body.Span, request);
            return request;
        }
        catch
        {
            request.Dispose();
            throw;
        }
    }

    /// <summary>Asks for steps from the newest rows.</summary>
    public static PredictRequest Newest(Identifier identifier, int steps, IEnumerable<double> levels)
    {
        var request = _pool.Get();
        (request.Identifier, request.InferenceLength, request.LengthName) = (identifier, steps, "steps");
        foreach (var level in levels)
            request.Add(level);
        return request;
    }

    /// <summary>A list as it was sent.</summary>
    public ReadOnlySpan<byte> TextOf(SentColumn column) => _body.Span[column.Text];

    public void Add(double level)
    {
        if (!_levels.Contains(level))
            _levels.Add(level);
    }

    public void Dispose() => _pool.Return(this);

    /// <summary>Forgets all of it.</summary>
    public bool TryReset()
    {
        Data.Clear();
        Future.Clear();
        _levels.Clear();
        (_body, LengthName) = (default, InferenceLengthName);
        (IndexCol, InferenceLength, Identifier, Holidays, EndsNow, Warning, Fault) = (null, null, null, null, false, null, null);
        return true;
    }
}
