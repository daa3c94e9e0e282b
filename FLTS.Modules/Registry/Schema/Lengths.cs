namespace FLTS.Modules.Registry.Schema;

/// <summary>Longest texts of columns, in characters.</summary>
internal static class Lengths
{
    public const int Hash = 64;
    public const int Id = 64;
    public const int Name = 64;
    public const int Type = 32;
}
