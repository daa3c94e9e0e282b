using System.Collections.Concurrent;
using FLTS.Forecasting.Features;
using FLTS.Forecasting.Scaling;
using FLTS.Forecasting.Series.Csv;
using FLTS.Forecasting.Series.Times;

namespace FLTS.Forecasting.Preparation;

/// <summary>What of a served model's rows does not depend on the rows.</summary>
internal sealed class ServingPlan
{
    /// <summary>Rooms that are kept, and the values of the largest.</summary>
    private const int MostRooms = 64, MostCells = 1 << 14;

    private readonly PreprocessConfig _config;
    private readonly ModelSignature _signature;
    private readonly HashSet<string> _measured;
    private readonly ConcurrentQueue<ServingRoom> _rooms = new();
    private ColumnPlan? _columns;
    private bool[] _whole = [];
    private int[] _single = [];

    public ServingPlan(PreprocessConfig config, Scaler scaler, ModelSignature signature)
    {
        (_config, _signature) = (config, signature);
        Measured = [.. scaler.Columns.Select(c => c.Name)];
        _measured = new HashSet<string>(Measured, StringComparer.Ordinal);
        IsTarget = [.. Measured.Select(name => signature.Targets.Contains(name, StringComparer.Ordinal))];
        Flat = [.. scaler.Columns.Where(c => c.Flat).Select(c => c.Name)];
        FlatTargets = [.. signature.Targets.Where(Flat.Contains)];
        LargestLag = config.Lags
            .Where(lag => scaler.Columns.Any(c => signature.Inputs.Contains(Lags.NameOf(c.Name, lag), StringComparer.Ordinal)))
            .DefaultIfEmpty(0)
            .Max();
        Cells = new CellReader(config.Reading);
        TimeFormat = TimeFormat.Of(config.Reading.TimeFormat);
        IsPlain = signature.Step.IsPlain
            && signature.Step.Duration.Ticks % TimeSpan.TicksPerMicrosecond == 0
            && config.Reading.Resample is null
            && config.Lags.Count == 0;
    }

    /// <summary>Columns that a client sends, in the scaler's order.</summary>
    public IReadOnlyList<string> Measured { get; }

    /// <summary>[C] Whether a measured column is forecast.</summary>
    public IReadOnlyList<bool> IsTarget { get; }

    /// <summary>Measured columns that were flat in train.</summary>
    public IReadOnlyList<string> Flat { get; }

    public IReadOnlyList<string> FlatTargets { get; }

    /// <summary>See <see cref="ServingModel.LargestLag"/>.</summary>
    public int LargestLag { get; }

    /// <summary>How cells are read.</summary>
    public CellReader Cells { get; }

    /// <summary>How times are read before the usual forms are tried; null: by those alone.</summary>
    public TimeFormat? TimeFormat { get; }

    /// <summary>Rows that follow each other need neither a grid nor rows before them.</summary>
    public bool IsPlain { get; }

    /// <exception cref="InvalidInputException">A measured column bears the name of a derived one.</exception>
    public ColumnPlan Columns => _columns ??= new ColumnPlan(
        _signature.Targets, Measured, ColumnPlan.AllColumns(_config, Measured, "data"));

    public bool IsMeasured(string name) => _measured.Contains(name);

    /// <summary>Room for the rows of a request; what is in it counts for nothing.</summary>
    public ServingRoom Rent(int rows)
    {
        while (_rooms.TryDequeue(out var kept))
        {
            if (kept.Rows == rows)
                return kept;
        }

        var values = new double[Measured.Count][];
        for (var c = 0; c < values.Length; c++)
            values[c] = new double[rows];
        return Around(new DateTime[rows], values);
    }

    /// <summary>Gives room back that nobody reads any more.</summary>
    public void Return(ServingRoom room)
    {
        if (_rooms.Count < MostRooms && (long)room.Rows * room.Values.Length <= MostCells)
            _rooms.Enqueue(room);
    }

    /// <summary>Room whose times and measured columns are there.</summary>
    public ServingRoom Around(DateTime[] times, double[][] measured)
    {
        var all = new double[IsPlain ? Columns.All.Count : measured.Length][];
        measured.CopyTo(all, 0);
        for (var f = measured.Length; f < all.Length; f++)
            all[f] = new double[times.Length];
        var observed = new bool[all.Length][];
        Array.Fill(observed, Whole(times.Length));
        return new ServingRoom(times, all, observed);
    }

    /// <summary>[rows] A mask that misses nothing. Nobody writes to it: requests share it.</summary>
    public bool[] Whole(int rows)
    {
        var whole = _whole;
        if (whole.Length == rows)
            return whole;
        whole = new bool[rows];
        Array.Fill(whole, true);
        return _whole = whole;
    }

    /// <summary>[rows] A single segment, shared as <see cref="Whole"/>.</summary>
    public int[] Single(int rows) => _single.Length == rows ? _single : _single = new int[rows];
}
