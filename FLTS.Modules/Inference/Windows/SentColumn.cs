namespace FLTS.Modules.Inference.Windows;

/// <summary>A list of a request, by its name; see <see cref="SentColumns"/>.</summary>
/// <param name="Name">Of the member.</param>
/// <param name="Rows">Values in it; -1: it is no list.</param>
/// <param name="First">Place of its first value among the numbers of all lists.</param>
/// <param name="IsOfNumbers">They are what was sent; else some value is text, or nothing that a column may hold.</param>
/// <param name="Text">The list as it was sent, for those whose values are read as a dataset's cells or times are.</param>
internal readonly record struct SentColumn(string Name, int Rows, int First, bool IsOfNumbers, Range Text)
{
    public bool IsList => Rows >= 0;
}
