using FLTS.Forecasting.Recurrent.Kernels;
using FLTS.Forecasting.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace FLTS.Forecasting.Recurrent.Net;

/// <summary>
/// Stacked LSTM or GRU layers (PyTorch's equations) and a linear head on the last step. Layers are modules of one layer each,
/// so that the dropout between them can draw from the run's own generator; PyTorch's own draws from the process's.
/// There may be several members, nets of one shape that learn side by side from other initial weights and answer with their mean.
/// </summary>
internal sealed class RecurrentNet : IDisposable
{
    private readonly Member[] _members;
    private readonly (string Name, Tensor Value)[] _named;
    private readonly RecurrentCell _cell;
    private readonly Dictionary<(int Length, int Batch), GruStack[]> _gru = []; // by shape of the windows; a stack a member
    private readonly Scalar _once = 1.ToScalar(); // How often libtorch is to add the other tensor, held while it does.
    private GruStack[]? _learning;

    /// <summary>
    /// With PyTorch's initial distribution, U(-1/sqrt(h), 1/sqrt(h)) for all parameters, drawn from <paramref name="random"/>.
    /// </summary>
    public RecurrentNet(NetShape shape, Random random)
    {
        TorchRuntime.EnsureReady();
        _cell = shape.Cell;
        _members = [.. Enumerable.Range(0, shape.Members).Select(_ => new Member(
            [.. Enumerable.Range(0, shape.Layers).Select(l => Layer(shape.Cell, shape.InputsOf(l), shape.Units))],
            nn.Linear(shape.Units, shape.Outputs),
            shape.Beside == 0 ? null : new TorchSharp.Modules.Parameter(zeros(shape.Knots, shape.Beside, shape.OutputsOfKnot)),
            _once))];
        _named =
        [
            .. _members.SelectMany((member, k) => (IEnumerable<(string, Tensor)>)
            [
                .. member.Layers.SelectMany((layer, l) => layer.named_parameters()
                    .Select(p => (shape.Name(k, l, p.name[..^"_l0".Length]), (Tensor)p.parameter))),
                .. member.Head.named_parameters().Select(p => (NetShape.HeadName(k, p.name), (Tensor)p.parameter)),
                .. member.Beside is { } beside ? [(NetShape.HeadName(k, "beside"), beside)] : Array.Empty<(string, Tensor)>(),
            ]),
        ];
        var bound = 1 / Math.Sqrt(shape.Units);
        foreach (var (_, value) in _named)
            Copy([.. Enumerable.Range(0, (int)value.numel()).Select(_ => (float)(((2 * random.NextDouble()) - 1) * bound))], value);
        if (shape.Knots == 0)
            return;

        // A difference to another forecast starts as none.
        foreach (var (name, value) in _named)
        {
            if (NetShape.IsOfHead(name))
                Copy(new float[value.numel()], value);
        }
    }

    /// <summary>The parameters, for an optimiser.</summary>
    public IEnumerable<TorchSharp.Modules.Parameter> Parameters => [.. _members.SelectMany(m =>
        (IEnumerable<TorchSharp.Modules.Parameter>)
        [
            .. m.Layers.SelectMany(l => l.parameters()),
            .. m.Head.parameters(),
            .. m.Beside is { } beside ? [beside] : Array.Empty<TorchSharp.Modules.Parameter>(),
        ])];

    /// <summary>The mean of the members' outputs, [B, outputs]; thread-safe while nobody changes the weights.</summary>
    /// <param name="windows">[L, B, F] Normalised rows, time first.</param>
    /// <param name="beside">[B, K, E] Of each knot; null: the head sees none.</param>
    public Tensor Forward(Tensor windows, Tensor? beside = null) =>
        _members.Length == 1 ? Forward(_members[0], windows, beside, 0, null) : ForwardEach(windows, beside).mean([0]);

    /// <summary>
    /// Each member's outputs, to learn from: once the loss is derived by them (<c>backward()</c>),
    /// <see cref="Backward"/> goes on to the weights.
    /// </summary>
    /// <param name="windows">[L, B, F] Normalised rows, time first.</param>
    /// <param name="dropout">Share of units dropped between layers.</param>
    /// <param name="generator">Draws what is dropped.</param>
    /// <param name="beside">[B, K, E] Of each knot; null: the head sees none.</param>
    /// <returns>[members, B, outputs]</returns>
    public Tensor Learn(Tensor windows, double dropout, Generator generator, Tensor? beside = null)
    {
        if (_cell == RecurrentCell.Lstm)
            return ForwardEach(windows, beside, dropout, generator); // libtorch's LSTM is one call of oneDNN, forward and back.
        var (length, batch) = ((int)windows.shape[0], (int)windows.shape[1]);
        if (!_gru.TryGetValue((length, batch), out _learning))
            _gru[(length, batch)] =
                _learning = [.. _members.Select(member => new GruStack([.. member.Layers.Cast<TorchSharp.Modules.GRU>()], length, batch))];
        return stack(_members.Zip(_learning, (member, layers) => member.Answer(layers.Forward(windows, dropout, generator), beside)));
    }

    /// <summary>Sets the gradients of all weights that <c>backward()</c> did not reach.</summary>
    public void Backward()
    {
        foreach (var layers in _learning ?? [])
            layers.Backward();
    }

    /// <summary>Each member's outputs by libtorch's own layers, which its autograd can derive.</summary>
    /// <param name="windows">[L, B, F] Normalised rows, time first.</param>
    /// <param name="beside">[B, K, E] Of each knot; null: the head sees none.</param>
    /// <param name="dropout">Share of units dropped between layers.</param>
    /// <param name="generator">Draws what is dropped; null: nothing is (inference).</param>
    /// <returns>[members, B, outputs]</returns>
    public Tensor ForwardEach(Tensor windows, Tensor? beside = null, double dropout = 0, Generator? generator = null) =>
        stack(_members.Select(member => Forward(member, windows, beside, dropout, generator)));

    private static Tensor Forward(Member member, Tensor windows, Tensor? beside, double dropout, Generator? generator)
    {
        var rows = windows;
        for (var l = 0; l < member.Layers.Length; l++)
        {
            if (l > 0 && dropout > 0 && generator is not null)
                rows *= Dropout.Mask(rows, dropout, generator);
            rows = member.Layers[l] switch
            {
                TorchSharp.Modules.LSTM lstm when LstmSteps.AreNeeded(lstm) => LstmSteps.Forward(lstm, rows),
                TorchSharp.Modules.LSTM lstm => lstm.forward(rows).Item1,
                TorchSharp.Modules.GRU gru => gru.forward(rows).Item1,
                _ => throw new InvalidOperationException("No recurrent layer."),
            };
        }

        return member.Answer(rows[-1], beside);
    }

    /// <summary>
    /// The weights by PyTorch's names (<c>lstm.weight_ih_l0</c>, ..., <c>fc.bias</c>; of further members with <c>member_1.</c>
    /// and so on before them), copied.
    /// </summary>
    public NamedTensor[] Save() => [.. _named.Select(p => new NamedTensor(p.Name, p.Value.shape, p.Value.data<float>().ToArray()))];

    /// <summary>Takes the values of <see cref="Save"/> back.</summary>
    public void Restore(NamedTensor[] saved)
    {
        foreach (var (name, value) in _named)
            Copy(saved.Single(t => t.Name == name).Singles, value);
    }

    /// <summary>Frees what <see cref="Learn"/> needs.</summary>
    public void EndLearning()
    {
        foreach (var layers in _gru.Values.SelectMany(stacks => stacks))
            layers.Dispose();
        _gru.Clear();
        _learning = null;
    }

    public void Dispose()
    {
        EndLearning();
        foreach (var member in _members)
        {
            foreach (var layer in member.Layers)
                layer.Dispose();
            member.Head.Dispose();
            member.Beside?.Dispose();
        }

        _once.Dispose();
    }

    private static nn.Module Layer(RecurrentCell cell, int inputs, int hiddenSize) =>
        cell == RecurrentCell.Lstm ? nn.LSTM(inputs, hiddenSize) : nn.GRU(inputs, hiddenSize);

    private static void Copy(float[] values, Tensor into)
    {
        using var scope = NewDisposeScope();
        using var still = no_grad();
        into.copy_(tensor(values, into.shape));
    }

    /// <param name="Layers">From the rows upwards.</param>
    /// <param name="Head">Sees the last state.</param>
    /// <param name="Beside">[K, E, outputs of a knot]</param>
    /// <param name="Once">1.</param>
    private sealed record Member(
        nn.Module[] Layers, TorchSharp.Modules.Linear Head, TorchSharp.Modules.Parameter? Beside, Scalar Once)
    {
        public Tensor Answer(Tensor state, Tensor? beside)
        {
            var outputs = Head.forward(state);
            return Beside is null || beside is null
                ? outputs
                : outputs.add(beside.transpose(0, 1).matmul(Beside).transpose(0, 1).reshape(outputs.shape), Once);
        }
    }
}
