using FLTS.Forecasting.Baselines;

namespace FLTS.Forecasting.Trees;

/// <summary>What a model of <c>lead_mode: direct</c> answers from.</summary>
/// <param name="Base">What trees add to.</param>
/// <param name="Features">What trees see.</param>
/// <param name="Knots">[K] Leads, ascending from 1.</param>
/// <param name="Trees">[M][K]</param>
internal sealed record KnotTrees(LeadBase Base, KnotFeatures Features, int[] Knots, KnotEnsemble[][] Trees);
