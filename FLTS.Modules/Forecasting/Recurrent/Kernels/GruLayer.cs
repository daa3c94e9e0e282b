using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace FLTS.Forecasting.Recurrent.Kernels;

/// <summary>
/// One GRU layer that learns from batches of one size, backpropagation through time by hand: libtorch multiplies matrices into memory that
/// is already there, <see cref="GruCell"/> does the rest. libtorch's own GRU, step by step through its autograd, spends half its time
/// beside its matrix products (ADR 9).
/// </summary>
internal sealed unsafe class GruLayer : IDisposable
{
    private readonly List<Tensor> _owned = [];
    private readonly TorchSharp.Modules.Parameter[] _parameters; // weight_ih [3H, F], weight_hh [3H, H], bias_ih [3H], bias_hh [3H]
    private readonly Tensor[] _gradients; // of the same shapes
    private readonly Tensor _inputWeights, _stateWeights; // transposed
    private readonly Tensor[] _states; // [B, H] each: before every step, and after the last
    private readonly Tensor[] _fromState; // [B, 3H] each: state times weights; on the way back the gradients by them
    private readonly Tensor _fromInputs; // [L * B, 3H] inputs times weights; on the way back the gradients by them
    private readonly Tensor _byState, _byStateTransposed, _byInputsTransposed, _statesBefore, _gradient, _ones;
    private readonly Tensor? _byRows; // [L * B, F]
    private readonly float* _inputBias, _stateBias, _state, _kept, _input, _recurrent, _carried;
    private readonly int _length, _batch, _units;
    private readonly GruCell _cell;

    /// <param name="layer">libtorch's layer, whose parameters are learned.</param>
    /// <param name="length">L, steps.</param>
    /// <param name="batch">B, windows.</param>
    /// <param name="first">Whether nobody asks for the gradient by the inputs.</param>
    public GruLayer(TorchSharp.Modules.GRU layer, int length, int batch, bool first)
    {
        using var still = no_grad();
        _parameters = [.. layer.parameters()];
        (_length, _batch, _units) = (length, batch, (int)_parameters[1].shape[1]);
        _cell = GruCell.Of(batch, _units);
        (_inputWeights, _stateWeights) = (Own(_parameters[0].t()), Own(_parameters[1].t()));
        _gradients = [.. _parameters.Select(p => Own(zeros(p.shape)))];
        var (states, kept) = (Own(zeros((length + 1) * batch, _units)), Own(zeros(length * batch, 4 * _units)));
        (_fromInputs, _byState) = (Own(zeros(length * batch, 3 * _units)), Own(zeros(length * batch, 3 * _units)));
        (_byInputsTransposed, _byStateTransposed) = (Own(_fromInputs.t()), Own(_byState.t()));
        (_states, _fromState) = (Steps(states, length + 1), Steps(_byState, length));
        (_statesBefore, Outputs) = (Own(states.narrow(0, 0, length * batch)), Own(states.narrow(0, batch, length * batch)));
        (_gradient, _ones) = (Own(zeros(batch, _units)), Own(ones(1, length * batch)));
        _byRows = first ? null : Own(zeros(length * batch, _parameters[0].shape[1]));
        _inputBias = At(_parameters[2]);
        _stateBias = At(_parameters[3]);
        _state = At(states);
        _kept = At(kept);
        _input = At(_fromInputs);
        _recurrent = At(_byState);
        _carried = At(_gradient);
    }

    /// <summary>[L * B, H] After every step.</summary>
    public Tensor Outputs { get; }

    /// <summary>[B, H] After the last step.</summary>
    public Tensor Last => _states[^1];

    /// <param name="inputs">[L * B, F] Time first.</param>
    public void Forward(Tensor inputs)
    {
        _fromInputs.addmm_(inputs, _inputWeights, beta: 0, alpha: 1);
        _fromState[0].zero_(); // The first state is 0, and so is its product.
        for (var t = 0; t < _length; t++)
        {
            if (t > 0)
                _fromState[t].addmm_(_states[t], _stateWeights, beta: 0, alpha: 1);
            var row = (nint)t * _batch * _units;
            _cell.Forward(
                _input + (3 * row),
                _recurrent + (3 * row),
                _inputBias,
                _stateBias,
                _state + row,
                _kept + (4 * row),
                _state + row + (_batch * _units));
        }
    }

    /// <summary>Sets the parameters' gradients.</summary>
    /// <param name="inputs">Those of <see cref="Forward"/>.</param>
    /// <param name="byLast">[B, H] Gradient of the loss by <see cref="Last"/>; null: none.</param>
    /// <param name="byOutputs">[L * B, H] Gradient of the loss by <see cref="Outputs"/>; null: none.</param>
    /// <returns>[L * B, F] Gradient by the inputs; null for a first layer.</returns>
    public Tensor? Backward(Tensor inputs, Tensor? byLast, Tensor? byOutputs)
    {
        if (byLast is null)
            _gradient.zero_();
        else
            _gradient.copy_(byLast);
        var ofOutputs = byOutputs is null ? null : At(byOutputs);
        for (var t = _length - 1; t >= 0; t--)
        {
            var row = (nint)t * _batch * _units;
            _cell.Backward(
                _carried,
                ofOutputs is null ? null : ofOutputs + row,
                _kept + (4 * row),
                _state + row,
                _input + (3 * row),
                _recurrent + (3 * row));
            if (t > 0)
                _gradient.addmm_(_fromState[t], _parameters[1], beta: 1, alpha: 1);
        }

        // Over all steps at once.
        _gradients[0].addmm_(_byInputsTransposed, inputs, beta: 0, alpha: 1);
        _gradients[1].addmm_(_byStateTransposed, _statesBefore, beta: 0, alpha: 1);
        _gradients[2].view(1, -1).addmm_(_ones, _fromInputs, beta: 0, alpha: 1);
        _gradients[3].view(1, -1).addmm_(_ones, _byState, beta: 0, alpha: 1);
        for (var p = 0; p < _parameters.Length; p++)
            _parameters[p].grad = _gradients[p];
        return _byRows?.addmm_(_fromInputs, _parameters[0], beta: 0, alpha: 1);
    }

    public void Dispose()
    {
        foreach (var tensor in _owned)
            tensor.Dispose();
    }

    /// <summary>Where a tensor's numbers lie; they stay there as long as it lives.</summary>
    public static float* At(Tensor tensor) => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));

    private Tensor[] Steps(Tensor all, int count) =>
        [.. Enumerable.Range(0, count).Select(t => Own(all.narrow(0, (long)t * _batch, _batch)))];

    private Tensor Own(Tensor tensor)
    {
        _owned.Add(tensor.DetachFromDisposeScope());
        return tensor;
    }
}
