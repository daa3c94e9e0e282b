using System.Security.Cryptography;
using System.Text;

namespace FLTS.Host.Hosting;

/// <summary>
/// The admin key: from <c>Security:AdminKey</c>, else made at the first start and kept in <c>keys/admin.key</c> (mode 0600).
/// </summary>
internal sealed class AdminKey
{
    private const string Prefix = "flts_";
    private const int ShortestSet = 16;

    private readonly byte[] _hash;

    private AdminKey(string value, string? file, bool isNew)
    {
        (Value, File, IsNew) = (value, file, isNew);
        _hash = Hash(value);
    }

    public string Value { get; }

    /// <summary>Where it is kept; null where a setting holds it.</summary>
    public string? File { get; }

    /// <summary>Made by this start.</summary>
    public bool IsNew { get; }

    /// <exception cref="InvalidInputException">The key that is set can be guessed.</exception>
    public static AdminKey Load(IConfiguration configuration, HostSettings settings)
    {
        if (configuration["Security:AdminKey"] is { Length: > 0 } set)
            return set.Length >= ShortestSet
                ? new AdminKey(set, null, false)
                : throw new InvalidInputException($"Security:AdminKey has {set.Length} characters; it must have at least {ShortestSet}.");

        var file = Path.Combine(settings.DataDirectory, "keys", "admin.key");
        if (System.IO.File.Exists(file) && System.IO.File.ReadAllText(file).Trim() is { Length: > 0 } kept)
            return new AdminKey(kept, file, false);

        var made = Prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        AtomicFile.Write(file, Encoding.UTF8.GetBytes(made + "\n"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return new AdminKey(made, file, true);
    }

    /// <summary>Compares in a time that tells nothing about the key.</summary>
    public bool Matches(string? given) => given is not null && CryptographicOperations.FixedTimeEquals(Hash(given), _hash);

    private static byte[] Hash(string value) => SHA256.HashData(Encoding.UTF8.GetBytes(value));
}
