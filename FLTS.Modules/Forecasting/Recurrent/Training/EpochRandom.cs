namespace FLTS.Forecasting.Recurrent.Training;

/// <summary>
/// Randomness of one epoch as a function of seed and epoch alone: a training needs no generator's state to go on after a kill,
/// and no other training can draw from it. Epoch 0 draws the initial weights.
/// </summary>
internal static class EpochRandom
{
    /// <summary>A generator of its own; the runtime keeps the sequence of a seeded <see cref="Random"/> over versions.</summary>
    public static Random Of(int seed, int epoch)
    {
        // SplitMix64's finaliser (Steele, Lea and Flood 2014): neighbouring seeds and epochs share nothing.
        var mixed = (((ulong)(uint)seed << 32) | (uint)epoch) + 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return new Random((int)((mixed ^ (mixed >> 31)) & int.MaxValue));
    }
}
