namespace FLTS.Modules.Kit;

/// <summary>Exponential backoff with jitter.</summary>
internal static class Backoff
{
    /// <summary>About 1, 2, 4, ... seconds, at most <paramref name="maxSeconds"/>, each shortened by up to a quarter.</summary>
    /// <param name="tries">Tries so far, from 1.</param>
    /// <param name="maxSeconds">Longest wait in seconds.</param>
    /// <param name="salt">Spreads waiters apart without a random number: the jitter is taken from its hash.</param>
    public static TimeSpan Delay(int tries, double maxSeconds, string salt)
    {
        var seconds = Math.Min(maxSeconds, Math.Pow(2, Math.Clamp(tries - 1, 0, 30)));
        var hash = 17;
        foreach (var letter in salt)
            hash = unchecked((hash * 31) + letter);

        return TimeSpan.FromSeconds(seconds * (1 - (0.25 * (((uint)(hash + tries)) % 1000) / 1000)));
    }
}
