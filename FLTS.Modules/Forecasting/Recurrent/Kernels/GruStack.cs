using static TorchSharp.torch;

namespace FLTS.Forecasting.Recurrent.Kernels;

/// <summary>The GRU layers of one member, learning from batches of one size.</summary>
internal sealed class GruStack : IDisposable
{
    private readonly GruLayer[] _layers;
    private readonly Tensor?[] _dropped; // [L * B, H] What dropout made of the outputs before a layer.
    private readonly Tensor?[] _masks;
    private Tensor? _rows, _last;

    /// <param name="layers">libtorch's, from the rows upwards.</param>
    /// <param name="length">L.</param>
    /// <param name="batch">B.</param>
    public GruStack(IReadOnlyList<TorchSharp.Modules.GRU> layers, int length, int batch)
    {
        _layers = [.. layers.Select((layer, l) => new GruLayer(layer, length, batch, l == 0))];
        (_dropped, _masks) = (new Tensor?[layers.Count], new Tensor?[layers.Count]);
    }

    /// <summary>[B, H] The last state of the last layer, as a tensor whose gradient <see cref="Backward"/> goes on from.</summary>
    /// <param name="rows">[L, B, F]</param>
    /// <param name="dropout">Share of units dropped between layers.</param>
    /// <param name="generator">Draws what is dropped.</param>
    public Tensor Forward(Tensor rows, double dropout, Generator generator)
    {
        using (no_grad())
        {
            _rows = rows.reshape(-1, rows.shape[2]);
            _layers[0].Forward(_rows);
            for (var l = 1; l < _layers.Length; l++)
            {
                (_masks[l], _dropped[l]) = (null, null);
                var outputs = _layers[l - 1].Outputs;
                if (dropout > 0)
                {
                    _masks[l] = Dropout.Mask(outputs, dropout, generator);
                    _dropped[l] = outputs * _masks[l]!;
                }

                _layers[l].Forward(_dropped[l] ?? outputs);
            }
        }

        return _last = _layers[^1].Last.detach().requires_grad_(true);
    }

    /// <summary>Sets the gradients of all parameters, after the loss was derived by what <see cref="Forward"/> returned.</summary>
    public void Backward()
    {
        using var still = no_grad();
        Tensor? byOutputs = null;
        for (var l = _layers.Length - 1; l >= 0; l--)
        {
            var inputs = l == 0 ? _rows! : _dropped[l] ?? _layers[l - 1].Outputs;
            byOutputs = _layers[l].Backward(inputs, byOutputs is null ? _last!.grad : null, byOutputs);
            if (byOutputs is not null && _masks[l] is { } mask)
                byOutputs.mul_(mask);
        }
    }

    public void Dispose()
    {
        foreach (var layer in _layers)
            layer.Dispose();
    }
}
