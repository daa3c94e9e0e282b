
namespace FLTS.Modules.Registry.Entities;

/// <summary>The last sequence number given to a pipeline of an identifier.</summary>
internal sealed class SequenceRow
{
    public required Identifier Identifier { get; set; }

    public required long Last { get; set; }
}
