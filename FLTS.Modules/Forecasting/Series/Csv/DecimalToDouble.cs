using System.Numerics;
using System.Runtime.CompilerServices;

namespace FLTS.Forecasting.Series.Csv;

/// <summary>
/// Rounds digits times a power of ten to the nearest double with one or two multiplications of 128 bits (Lemire, "Number parsing at a
/// gigabyte per second", 2021). The framework's parser gives the same doubles and took four times as long.
/// </summary>
internal static class DecimalToDouble
{
    /// <summary>
    /// Powers of ten with a table entry: those of measurements. Inside this range a double is never subnormal or infinite, and
    /// the algorithm never undecided.
    /// </summary>
    private const int LowestPower = -40, HighestPower = 55;

    /// <summary>[power] The upper 128 bits of 5^power.</summary>
    private static readonly (ulong High, ulong Low)[] _fives =
        [.. Enumerable.Range(LowestPower, HighestPower - LowestPower + 1).Select(Five)];

    /// <returns>False where only a slower way is exact.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TryRound(ulong digits, int power, out double value)
    {
        value = 0;
        if (digits == 0)
            return true;
        if (power is < LowestPower or > HighestPower)
            return false;

        var zeros = BitOperations.LeadingZeroCount(digits);
        digits <<= zeros;
        var (fiveHigh, fiveLow) = _fives[power - LowestPower];
        var high = Math.BigMul(digits, fiveHigh, out var low);
        if ((high & 0x1FF) == 0x1FF)
        {
            // The lower half of the power could still carry into the bits that decide the rounding.
            var more = Math.BigMul(digits, fiveLow, out _);
            low += more;
            if (low < more)
                high++;
            if (low == ulong.MaxValue && power < -27)
                return false;
        }

        var upper = (int)(high >> 63);
        var shift = upper + 64 - 52 - 3;
        var mantissa = high >> shift;
        var exponent = (((152_170 + 65_536) * power) >> 16) + 63 + upper - zeros + 1023;

        // Exactly between two doubles: to the even one.
        if (low <= 1 && power is >= -4 and <= 23 && (mantissa & 3) == 1 && mantissa << shift == high)
            mantissa &= ~1UL;
        mantissa = (mantissa + (mantissa & 1)) >> 1;
        if (mantissa >= 1UL << 53)
        {
            mantissa = 1UL << 52;
            exponent++;
        }

        value = BitConverter.UInt64BitsToDouble((mantissa & ~(1UL << 52)) | ((ulong)exponent << 52));
        return true;
    }

    private static (ulong High, ulong Low) Five(int power)
    {
        var five = BigInteger.Pow(5, Math.Abs(power));
        var bits = (int)five.GetBitLength();
        var scaled = power switch
        {
            >= 0 => bits <= 128 ? five << (128 - bits) : five >> (bits - 128),
            // While 5^n divides a number of 64 bits its reciprocal is rounded up, so that a quotient without rest comes
            // out exactly; beyond that down.
            >= -27 => ((BigInteger.One << (bits + 127)) / five) + 1,
            _ => (BigInteger.One << (bits + 127)) / five,
        };
        return ((ulong)(scaled >> 64), (ulong)(scaled & ulong.MaxValue));
    }
}
