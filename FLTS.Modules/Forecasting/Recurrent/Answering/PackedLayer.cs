using System.Runtime.Intrinsics;
using FLTS.Forecasting.Compute;
using FLTS.Forecasting.Recurrent.Net;

namespace FLTS.Forecasting.Recurrent.Answering;

/// <summary>
/// One layer whose weights lie as they are read: for a vector of units, row after row of inputs and states, the gates side by side. The
/// products, the biases and the cell's curves are one pass in registers. Every window is summed in the same order whatever stands
/// beside it, so that it has the same bits in any batch.
/// </summary>
internal sealed unsafe class PackedLayer
{
    private readonly RecurrentCell _cell;
    private readonly int _inputs, _units, _gates, _blocks;
    private readonly float[] _weights; // [blocks][F + H][gates][W]
    private readonly float[] _bias; // [blocks][4][W]: i, f, g, o; or r, z, n of inputs, n of state

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
        _weights = new float[_blocks * (_inputs + _units) * _gates * Width];
        _bias = new float[_blocks * 4 * Width];
        for (var unit = 0; unit < _units; unit++)
        {
            var (block, lane) = Math.DivRem(unit, Width);
            for (var gate = 0; gate < _gates; gate++)
            {
                var row = (gate * _units) + unit;
                for (var k = 0; k < _inputs + _units; k++)
                {
                    _weights[((((block * (_inputs + _units)) + k) * _gates + gate) * Width) + lane] =
                        k < _inputs ? ofInputs[(row * _inputs) + k] : ofStates[(row * _units) + k - _inputs];
                }

                var apart = cell == RecurrentCell.Gru && gate == 2;
                _bias[(((block * 4) + gate) * Width) + lane] = apart ? inputBias[row] : inputBias[row] + stateBias[row];
                if (apart)
                    _bias[(((block * 4) + 3) * Width) + lane] = stateBias[row];
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
    }

    private void Step<T>(float* rows, int stride, float* state, float* memory, float* next, int batch)
        where T : struct, ILanes<T>
    {
        fixed (float* weights = _weights, bias = _bias)
        {
            for (var block = 0; block < _blocks; block++)
            {
                var at = block * T.Width;
                var ofBlock = weights + ((nint)at * (_inputs + _units) * _gates);
                var biasOfBlock = bias + (at * 4);

                // Two windows at once: each weight is fetched once for both, and their sums do not wait for one another. A last one
                // alone is its own neighbour.
                for (var b = 0; b < batch; b += 2)
                {
                    var row = rows + ((nint)b * stride);
                    var own = (nint)b * Padded;
                    var apart = b + 1 < batch ? 1 : 0;
                    var pair = new Pair(row, row + (apart * stride), state + own, state + own + (apart * Padded));
                    if (_cell == RecurrentCell.Lstm)
                        Lstm<T>(ofBlock, biasOfBlock, pair, memory + own + at, next + own + at, apart * Padded);
                    else
                        Gru<T>(ofBlock, biasOfBlock, pair, at, next + own + at, apart * Padded);
                }
            }
        }
    }

    private void Gru<T>(float* w, float* bias, Pair pair, int at, float* next, int apart)
        where T : struct, ILanes<T>
    {
        T r = T.Load(bias), z = T.Load(bias + T.Width), n = T.Load(bias + (2 * T.Width));
        var hn = T.Load(bias + (3 * T.Width));
        T r2 = r, z2 = z, n2 = n, hn2 = hn;
        for (var k = 0; k < _inputs; k++, w += 3 * T.Width)
        {
            T x = T.All(pair.Row[k]), x2 = T.All(pair.Row2[k]);
            T wr = T.Load(w), wz = T.Load(w + T.Width), wn = T.Load(w + (2 * T.Width));
            r = T.FusedMultiplyAdd(x, wr, r);
            r2 = T.FusedMultiplyAdd(x2, wr, r2);
            z = T.FusedMultiplyAdd(x, wz, z);
            z2 = T.FusedMultiplyAdd(x2, wz, z2);
            n = T.FusedMultiplyAdd(x, wn, n);
            n2 = T.FusedMultiplyAdd(x2, wn, n2);
        }

        for (var k = 0; k < _units; k++, w += 3 * T.Width)
        {
            T h = T.All(pair.State[k]), h2 = T.All(pair.State2[k]);
            T wr = T.Load(w), wz = T.Load(w + T.Width), wn = T.Load(w + (2 * T.Width));
            r = T.FusedMultiplyAdd(h, wr, r);
            r2 = T.FusedMultiplyAdd(h2, wr, r2);
            z = T.FusedMultiplyAdd(h, wz, z);
            z2 = T.FusedMultiplyAdd(h2, wz, z2);
            hn = T.FusedMultiplyAdd(h, wn, hn);
            hn2 = T.FusedMultiplyAdd(h2, wn, hn2);
        }

        T.Store(Next(r, z, n, hn, T.Load(pair.State + at)), next);
        T.Store(Next(r2, z2, n2, hn2, T.Load(pair.State2 + at)), next + apart);

        static T Next(T r, T z, T n, T hn, T h)
        {
            n = Activations.Tanh(T.FusedMultiplyAdd(Activations.Sigmoid(r), hn, n));
            return T.FusedMultiplyAdd(Activations.Sigmoid(z), h - n, n);
        }
    }

    private void Lstm<T>(float* w, float* bias, Pair pair, float* memory, float* next, int apart)
        where T : struct, ILanes<T>
    {
        T i = T.Load(bias), f = T.Load(bias + T.Width), g = T.Load(bias + (2 * T.Width));
        var o = T.Load(bias + (3 * T.Width));
        T i2 = i, f2 = f, g2 = g, o2 = o;
        float* from = pair.Row, from2 = pair.Row2;
        var count = _inputs;
        for (var part = 0; part < 2; part++)
        {
            for (var k = 0; k < count; k++, w += 4 * T.Width)
            {
                T x = T.All(from[k]), x2 = T.All(from2[k]);
                T wi = T.Load(w), wf = T.Load(w + T.Width);
                i = T.FusedMultiplyAdd(x, wi, i);
                i2 = T.FusedMultiplyAdd(x2, wi, i2);
                f = T.FusedMultiplyAdd(x, wf, f);
                f2 = T.FusedMultiplyAdd(x2, wf, f2);
                T wg = T.Load(w + (2 * T.Width)), wo = T.Load(w + (3 * T.Width));
                g = T.FusedMultiplyAdd(x, wg, g);
                g2 = T.FusedMultiplyAdd(x2, wg, g2);
                o = T.FusedMultiplyAdd(x, wo, o);
                o2 = T.FusedMultiplyAdd(x2, wo, o2);
            }

            from = pair.State;
            from2 = pair.State2;
            count = _units;
        }

        var (c, c2) = (Memory(i, f, g, T.Load(memory)), Memory(i2, f2, g2, T.Load(memory + apart)));
        T.Store(c, memory);
        T.Store(c2, memory + apart);
        T.Store(Activations.Sigmoid(o) * Activations.Tanh(c), next);
        T.Store(Activations.Sigmoid(o2) * Activations.Tanh(c2), next + apart);

        static T Memory(T i, T f, T g, T c) =>
            T.FusedMultiplyAdd(Activations.Sigmoid(i), Activations.Tanh(g), Activations.Sigmoid(f) * c);
    }

    /// <summary>Inputs and states of two windows.</summary>
    private readonly struct Pair(float* row, float* row2, float* state, float* state2)
    {
        public float* Row { get; } = row;

        public float* Row2 { get; } = row2;

        public float* State { get; } = state;

        public float* State2 { get; } = state2;
    }
}
