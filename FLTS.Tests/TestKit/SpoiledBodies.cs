using System.Text;

namespace FLTS.Tests.TestKit;

/// <summary>Bodies as nobody should send them.</summary>
internal static class SpoiledBodies
{
    private static readonly byte[][] _bits =
    [
        [0], [0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xEF, 0xBB, 0xBF], [0x7F], [.. "\\u0000"u8], [.. "\\ud800"u8], [.. "\\u009f"u8],
        [.. "\""u8], [.. "\\"u8], [.. ","u8], [.. "}"u8], [.. "[[[["u8], [.. "null"u8], [.. "1e999"u8], [.. "-0"u8], [.. "\n"u8],
        [.. "\"a\":1,\"a\":1,"u8], [.. "\"data\":{},"u8], [.. "-1e-999"u8], [.. "0x1"u8], [.. "NaN"u8],
        [.. "99999999999999999999"u8], [.. "true"u8], [.. "{\"\":"u8],
        Encoding.UTF8.GetBytes(new string('a', 5000)), Encoding.UTF8.GetBytes(new string('[', 100)),
        Encoding.UTF8.GetBytes(new string('9', 400)),
    ];

    /// <summary>A body with up to three changes, drawn by <paramref name="random"/>.</summary>
    public static byte[] Spoil(string body, Random random)
    {
        var bytes = Encoding.UTF8.GetBytes(body).ToList();
        for (var changes = random.Next(4); changes > 0; changes--)
        {
            var at = random.Next(bytes.Count + 1);
            switch (random.Next(4))
            {
                case 0:
                    bytes.InsertRange(at, _bits[random.Next(_bits.Length)]);
                    break;
                case 1 when at < bytes.Count:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(random.Next(10), bytes.Count - at));
                    break;
                default:
                    bytes.InsertRange(at, bytes.Skip(random.Next(bytes.Count + 1)).Take(20).ToList());
                    break;
            }
        }

        return [.. bytes];
    }
}
