namespace FLTS.Modules.Registry.Schema;

/// <summary>Longest texts of columns, in characters.</summary>
internal static class Lengths
{
    public const int Hash = 64;
    public const int Id = 64;
    public const int Name = 64;
    public const int Type = 32;

    /// <summary>A run, and beside it the name of a reference.</summary>
    public const int LiveModel = Id + 1 + Type;
}
