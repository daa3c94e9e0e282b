using System.Globalization;

namespace FLTS.Forecasting.Recurrent.Net;

/// <summary>The sizes of a net, which say what its tensors are called and how large they are (PyTorch's names and layouts).</summary>
/// <param name="Cell">Which equations.</param>
/// <param name="Inputs">F.</param>
/// <param name="Outputs">Of the head: horizon, or knots, times targets.</param>
/// <param name="Units">H.</param>
/// <param name="Layers">At least 1.</param>
/// <param name="Members">Nets of this shape whose mean is answered.</param>
/// <param name="Knots">K knots of the leads that outputs are of, one after the other, as differences to another forecast; 0: none.</param>
/// <param name="Beside">E numbers of each knot that its outputs see beside the state.</param>
internal sealed record NetShape(
    RecurrentCell Cell, int Inputs, int Outputs, int Units, int Layers, int Members, int Knots = 0, int Beside = 0)
{
    /// <summary>Outputs that are of one knot.</summary>
    public int OutputsOfKnot => Outputs / Math.Max(1, Knots);

    /// <summary>Blocks of H rows in a layer's weights: i, f, g, o of LSTM; r, z, n of GRU.</summary>
    public int Gates => Cell == RecurrentCell.Lstm ? 4 : 3;

    /// <summary>Columns of a layer's input weights.</summary>
    public int InputsOf(int layer) => layer == 0 ? Inputs : Units;

    /// <summary>Name of a layer's tensor, such as <c>member_1.gru.weight_ih_l0</c>.</summary>
    public string Name(int member, int layer, string parameter) => string.Create(
        CultureInfo.InvariantCulture, $"{Prefix(member)}{(Cell == RecurrentCell.Lstm ? "lstm" : "gru")}.{parameter}_l{layer}");

    /// <summary>Name of a head's tensor, such as <c>fc.weight</c>.</summary>
    public static string HeadName(int member, string parameter) => $"{Prefix(member)}fc.{parameter}";

    /// <summary>Whether a tensor is one of a head's, whose values lie output after output, or knot after knot.</summary>
    public static bool IsOfHead(string name) => name.Contains("fc.", StringComparison.Ordinal);

    private static string Prefix(int member) => member == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"member_{member}.");
}
