using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace FLTS.Modules.Kit;

/// <summary>
/// How often an address may be wrong about the key: a few times at once, then one more every few seconds. Who has used them up is not
/// listened to, whatever key is sent, so that a right one is not found by trying.
/// </summary>
public sealed class KeyGuesses(TimeProvider time)
{
    /// <summary>Wrong keys in a row until an address must wait.</summary>
    public const int Most = 10;

    private const int MostAddresses = 10_000;
    private const int NetworkBytes = 8;

    private static readonly TimeSpan _each = TimeSpan.FromSeconds(6);

    /// <summary>When the wrong keys of an address are all forgiven.</summary>
    private readonly ConcurrentDictionary<string, DateTimeOffset> _forgiven = new(StringComparer.Ordinal);

    /// <summary>How long an address must wait before a key of its is looked at; null: it need not.</summary>
    public TimeSpan? MustWait(IPAddress? from)
    {
        var wait = _forgiven.GetValueOrDefault(NameOf(from)) - time.GetUtcNow() - ((Most - 1) * _each);
        return wait > TimeSpan.Zero ? wait : null;
    }

    /// <summary>It sent a wrong key.</summary>
    public void Failed(IPAddress? from)
    {
        var now = time.GetUtcNow();
        _forgiven.AddOrUpdate(NameOf(from), now + _each, (_, until) => (until > now ? until : now) + _each);
        if (_forgiven.Count <= MostAddresses)
            return;

        foreach (var (name, until) in _forgiven.Where(f => f.Value <= now))
            _forgiven.TryRemove(new(name, until));
    }

    /// <summary>What is counted as one address: of IPv6 the first 64 bits, as a household has all the others.</summary>
    public static string NameOf(IPAddress? address) => address switch
    {
        null => "",
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
        { AddressFamily: AddressFamily.InterNetworkV6 } => Convert.ToHexString(address.GetAddressBytes().AsSpan(0, NetworkBytes)),
        _ => address.ToString(),
    };
}
