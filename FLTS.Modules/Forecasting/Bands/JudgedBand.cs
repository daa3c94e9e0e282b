using FLTS.Forecasting.Leads;

namespace FLTS.Forecasting.Bands;

/// <summary>A band that the data can judge.</summary>
/// <param name="Band">Its leads.</param>
/// <param name="Windows">Independent windows: scored rows by its last lead.</param>
/// <param name="IsIndicative">Too few of them, or of whole seasons, to decide on.</param>
/// <param name="Places">[N] Of its origins in the scored set, ascending.</param>
/// <param name="Origins">[N] Last known rows.</param>
public sealed record JudgedBand(LeadBand Band, double Windows, bool IsIndicative, int[] Places, int[] Origins)
{
    /// <summary>Leads whose errors count.</summary>
    public int[] Counted { get; } = Band.Leads();

    /// <summary>Leads that are asked for, ascending: those that count, and the knots among its leads.</summary>
    public int[] Asked { get; } =
        [.. Band.Leads().Union(Knots.All.Where(k => k >= Band.From && k <= Band.To)).Order()];
}
