using FLTS.Modules.Registry.Ledger;

namespace FLTS.Modules.Page.Reading;

/// <summary>Scoreboards as the pages show them.</summary>
internal sealed class Boards(LedgerReader ledger)
{
    /// <summary>The newest of a pipeline, or of a config hash; null: nothing was scored there.</summary>
    public async Task<Board?> FindAsync(string id, CancellationToken cancellation)
    {
        try
        {
            return Board.Read(await ledger.ScoreboardAsync(id, cancellation));
        }
        catch (NotFoundException)
        {
            return null;
        }
    }
}
