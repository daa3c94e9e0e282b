using System.Runtime.Intrinsics;
using FLTS.Forecasting.Compute;
using FLTS.Forecasting.Recurrent.Net;

namespace FLTS.Forecasting.Recurrent.Answering;

/// <summary>
/// One layer whose weights lie as they are read: for a block of units (a register), row after row of inputs and states, the gates side by
/// side. Every window is summed in the same order whatever stands beside it, so that it has the same bits in any batch.
/// </summary>
internal sealed unsafe class PackedLayer
{
    private readonly RecurrentCell _cell;
    private readonly int _inputs, _units, _gates, _blocks;
    private readonly AlignedFloats _weights; // [blocks][F + H][gates][W]
    private readonly AlignedFloats _bias; // [blocks][4][W]: i, f, g, o; or r, z, n of inputs, n of state

    /// <param name="cell">Which equations.</param>
    /// <param name="ofInputs">[gates * H, F]</param>
    /// <param name="ofStates">[gates * H, H]</param>
    /// <param name="inputBias">[gates * H]</param>
    /// <param name="stateBias">[gates * H]</param>
    public PackedLayer(RecurrentCell cell, float[] ofInputs, float[] ofStates, float[] inputBias, float[] stateBias)
    {
        _cell = cell;
        _gates = cell == RecurrentCell.Lstm ? 4 : 3;
        _units = inputBias.Length / _gates;
        _inputs = ofInputs.Length / inputBias.Length;
        _blocks = (_units + Width - 1) / Width;
        _weights = new AlignedFloats(_blocks * (_inputs + _units) * _gates * Width);
        _bias = new AlignedFloats(_blocks * 4 * Width);
        for (var unit = 0; unit < _units; unit++)
        {
            var (block, lane) = Math.DivRem(unit, Width);
            for (var gate = 0; gate < _gates; gate++)
            {
                var row = (gate * _units) + unit;
                for (var k = 0; k < _inputs + _units; k++)
                {
                    _weights.First[((((block * (_inputs + _units)) + k) * _gates + gate) * Width) + lane] =
                        k < _inputs ? ofInputs[(row * _inputs) + k] : ofStates[(row * _units) + k - _inputs];
                }

                var apart = cell == RecurrentCell.Gru && gate == 2;
                _bias.First[(((block * 4) + gate) * Width) + lane] = apart ? inputBias[row] : inputBias[row] + stateBias[row];
                if (apart)
                    _bias.First[(((block * 4) + 3) * Width) + lane] = stateBias[row];
            }
        }
    }

    /// <summary>Units to a register.</summary>
    public static int Width => Vector512.IsHardwareAccelerated ? WideLanes.Width : PlainLanes.Width;

    /// <summary>H, filled up to whole vectors.</summary>
    public int Padded => _blocks * Width;

    /// <summary>One step.</summary>
    /// <param name="rows">[B, stride] Of which the first F numbers of each are the inputs.</param>
    /// <param name="stride">Numbers from one window's row to the next one's.</param>
    /// <param name="state">[B, padded] h.</param>
    /// <param name="memory">[B, padded] c of LSTM, replaced by c'; GRU has none.</param>
    /// <param name="next">[B, padded] Told: h'.</param>
    /// <param name="batch">B.</param>
    public void Step(float* rows, int stride, float* state, float* memory, float* next, int batch)
    {
        if (Vector512.IsHardwareAccelerated)
            Step<WideLanes>(rows, stride, state, memory, next, batch);
        else
            Step<PlainLanes>(rows, stride, state, memory, next, batch);
        GC.KeepAlive(this); // And so the weights, of which the loops know addresses only.
    }

    private void Step<T>(float* rows, int stride, float* state, float* memory, float* next, int batch)
        where T : struct, ILanes<T>
    {
        // Where the registers do for it, four windows at a time: each weight is fetched once for them. With sixteen some of the sums
        // would go through memory.
        var b = 0;
        for (; T.Registers >= 32 && b + 4 <= batch; b += 4)
            Step<T, FourWindows>(rows, stride, state, memory, next, b);
        for (; b + 2 <= batch; b += 2)
            Step<T, TwoWindows>(rows, stride, state, memory, next, b);
        if (b < batch)
            Step<T, OneWindow>(rows, stride, state, memory, next, b);
    }

    private void Step<T, TShape>(float* rows, int stride, float* state, float* memory, float* next, int first)
        where T : struct, ILanes<T>
        where TShape : struct, ITileShape
    {
        var sums = stackalloc float[16 * T.Width]; // [gates][4 registers][width]
        var (ofRow, ofBlock) = (_gates * T.Width, (_inputs + _units) * _gates * T.Width);
        rows += (nint)first * stride;
        for (var block = 0; block < _blocks; block += 4 / TShape.Windows)
        {
            var tile = new Tile<T, TShape>(Math.Min(4 / TShape.Windows, _blocks - block) - 1, ofBlock);
            var weights = _weights.First + ((nint)block * ofBlock);
            for (var register = 0; register < 4; register++)
            {
                var bias = _bias.First + ((block + tile.BlockOf(register)) * 4 * T.Width);
                for (var gate = 0; gate < 4; gate++)
                    T.Store(T.Load(bias + (gate * T.Width)), sums + (((4 * gate) + register) * T.Width));
            }

            float* ofStates = weights + (_inputs * ofRow), states = state + ((nint)first * Padded);
            if (_cell == RecurrentCell.Lstm)
            {
                tile.Add(weights, rows, stride, _inputs, sums);
                tile.Add(ofStates, states, Padded, _units, sums);
            }
            else
            {
                tile.Add(weights, rows, stride, _inputs, sums, sums + (8 * T.Width));
                tile.Add(ofStates, states, Padded, _units, sums, sums + (12 * T.Width));
            }

            for (var register = 0; register < 4 && !tile.IsCopy(register); register++)
            {
                var at = ((nint)(first + (register % TShape.Windows)) * Padded) + ((block + tile.BlockOf(register)) * T.Width);
                if (_cell == RecurrentCell.Lstm)
                    Lstm<T>(sums + (register * T.Width), memory + at, next + at);
                else
                    Gru<T>(sums + (register * T.Width), state + at, next + at);
            }
        }
    }

    private static void Gru<T>(float* sums, float* state, float* next)
        where T : struct, ILanes<T>
    {
        T r = T.Load(sums), z = T.Load(sums + (4 * T.Width)), n = T.Load(sums + (8 * T.Width)), hn = T.Load(sums + (12 * T.Width));
        n = Activations.Tanh(T.FusedMultiplyAdd(Activations.Sigmoid(r), hn, n));
        T.Store(T.FusedMultiplyAdd(Activations.Sigmoid(z), T.Load(state) - n, n), next);
    }

    private static void Lstm<T>(float* sums, float* memory, float* next)
        where T : struct, ILanes<T>
    {
        T i = T.Load(sums), f = T.Load(sums + (4 * T.Width)), g = T.Load(sums + (8 * T.Width)), o = T.Load(sums + (12 * T.Width));
        var c = T.FusedMultiplyAdd(Activations.Sigmoid(i), Activations.Tanh(g), Activations.Sigmoid(f) * T.Load(memory));
        T.Store(c, memory);
        T.Store(Activations.Sigmoid(o) * Activations.Tanh(c), next);
    }
}
