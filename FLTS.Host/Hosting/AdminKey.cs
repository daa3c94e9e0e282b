using System.Security.Cryptography;
using System.Text;

namespace FLTS.Host.Hosting;

/// <summary>
/// The admin key: from <c>Security:AdminKey</c>, else made at the first start and kept in <c>keys/admin.key</c> (mode 0600).
/// </summary>
internal sealed class AdminKey : IAdminKey
{
    private const string Prefix = "flts_";
    private const int ShortestSet = 16;

    private const int LeastDistinct = 8;

    /// <summary>Keys that stand, or stood, in files or documents of this product.</summary>
    private static readonly string[] _published = ["flts-dev-admin-key"];
    private static readonly string[] _words = ["password", "passwort", "changeme", "change-me", "qwerty", "12345678", "letmein", "example"];

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
        {
            if (set.Length < ShortestSet)
                throw new InvalidInputException($"Security:AdminKey has {set.Length} characters; it must have at least {ShortestSet}.");
            if (settings.Addresses.FirstOrDefault(a => !Security.IsLoopback(a)) is { } reachable && WhyGuessable(set) is { } why)
                throw new InvalidInputException(
                    $"Security:AdminKey {why}, and {reachable} can be reached from other machines: set a key made at random (such as by "
                    + "'openssl rand -hex 24'), or none, so that one is made and kept in the data folder.");

            return new AdminKey(set, null, false);
        }

        var file = FileIn(settings.DataDirectory);
        try
        {
            return Kept(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidInputException($"The admin key in {file} can be neither read nor made: {e.Message}", e);
        }
    }

    /// <summary>The key of a server with these settings, where it can be read here; none is made.</summary>
    /// <exception cref="InvalidInputException">It cannot; the message says what to name.</exception>
    public static string Find(IConfiguration configuration)
    {
        if (configuration["Security:AdminKey"] is { Length: > 0 } set)
            return set;

        var file = FileIn(Path.GetFullPath(configuration["Data:Directory"] ?? "./data"));
        try
        {
            return System.IO.File.ReadAllText(file).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidInputException(
                $"The admin key is not in {file}: name the server's data folder with --data, or a key of the role admin with --key.", e);
        }
    }

    /// <summary>Null: nobody who knows our files, or tries what people choose, finds it soon.</summary>
    public static string? WhyGuessable(string key) =>
        _published.Contains(key, StringComparer.OrdinalIgnoreCase) ? "is known to everybody who has read our files"
        : _words.FirstOrDefault(w => key.Contains(w, StringComparison.OrdinalIgnoreCase)) is { } word ? $"holds the word '{word}'"
        : key.Distinct().Count() < LeastDistinct ? $"has fewer than {LeastDistinct} different characters"
        : key.Zip(key.Skip(1)).All(p => Math.Abs(p.First - p.Second) <= 1 || (p.First, p.Second) is ('9', '0'))
            ? "is a sequence"
        : null;

    public bool Matches(string? given) => given is not null && CryptographicOperations.FixedTimeEquals(Hash(given), _hash);

    public string Proof(string secret) => Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), _hash));

    private static string FileIn(string dataDirectory) => Path.Combine(dataDirectory, "keys", "admin.key");

    private static AdminKey Kept(string file)
    {
        if (System.IO.File.Exists(file) && System.IO.File.ReadAllText(file).Trim() is { Length: > 0 } kept)
            return new AdminKey(kept, file, false);

        var made = Prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        DataFolder.CreateForOwner(Path.GetDirectoryName(file)!);
        AtomicFile.Write(file, Encoding.UTF8.GetBytes(made + "\n"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return new AdminKey(made, file, true);
    }

    private static byte[] Hash(string value) => SHA256.HashData(Encoding.UTF8.GetBytes(value));
}
