namespace FLTS.Modules.Registry.Steps;

/// <summary>A lease in hand. Every transition of the row is <c>WHERE lease_token = Token</c>.</summary>
/// <param name="Row">Type of the row: the database's model knows its table and key.</param>
/// <param name="Id">Key of the row.</param>
/// <param name="Token">Rises at every take-over.</param>
/// <param name="Owner">Names this taking among all of all processes.</param>
internal sealed record Lease(Type Row, string Id, long Token, string Owner)
{
    private const string Suffix = "Row";

    /// <summary>What is leased, for the log: <c>Run</c>.</summary>
    public string Kind => Row.Name.EndsWith(Suffix, StringComparison.Ordinal) ? Row.Name[..^Suffix.Length] : Row.Name;
}
