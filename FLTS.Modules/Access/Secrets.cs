using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace FLTS.Modules.Access;

/// <summary>Secrets that are made here: long, random, and kept as their hashes alone.</summary>
internal static class Secrets
{
    private const string Prefix = "flts_";
    private const int IdBytes = 6;
    private const int KeyBytes = 24;
    private const int SecretBytes = 32;

    private static readonly SearchValues<char> _digits = SearchValues.Create("0123456789abcdef");

    /// <summary>A new key: <c>flts_ID_SECRET</c>. The id is no secret; by it the key is found.</summary>
    public static (string Id, string Key) NewKey()
    {
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes));
        return (id, $"{Prefix}{id}_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(KeyBytes))}");
    }

    /// <summary>Of a session or a link: 32 random bytes, as a cookie or an address can hold them.</summary>
    public static string New() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes));

    /// <summary>The id that a key names; null: it is none of ours, so nobody need be asked.</summary>
    public static string? IdOf(string key)
    {
        const int idLength = 2 * IdBytes, length = 5 + idLength + 1 + (2 * KeyBytes);
        return key.Length == length && key.StartsWith(Prefix, StringComparison.Ordinal) && key[Prefix.Length + idLength] == '_'
            && key.AsSpan(Prefix.Length, idLength).IndexOfAnyExcept(_digits) < 0
            ? key.Substring(Prefix.Length, idLength)
            : null;
    }

    /// <summary>Whether a text can be a secret of <see cref="New"/>.</summary>
    public static bool IsOne(string? text) => text is { Length: 2 * SecretBytes };

    public static string HashOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    /// <summary>Compares in a time that tells nothing about either.</summary>
    public static bool AreSame(string one, string other) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(one), Encoding.UTF8.GetBytes(other));
}
