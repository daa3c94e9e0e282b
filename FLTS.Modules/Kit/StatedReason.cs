namespace FLTS.Modules.Kit;

/// <summary>Why somebody does something, in his own words.</summary>
internal static class StatedReason
{
    /// <summary>Characters at most.</summary>
    public const int Longest = 500;

    /// <summary>Of an address, which the audit keeps whole.</summary>
    /// <exception cref="InvalidInputException">It is too long.</exception>
    public static void Check(string? reason)
    {
        if (reason?.Length > Longest)
            throw new InvalidInputException($"'reason' has {reason.Length} characters; it may have {Longest}.");
    }
}
