using System.Buffers.Binary;
using System.Text;

namespace Bulwark.Fuzz;

/// <summary>
/// Damages inputs: the same seed always makes the same ones. It knows nothing of what a parser does with them; a fuzzer that does is
/// <c>fuzz/run</c>.
/// </summary>
internal sealed class Mutator(IReadOnlyList<byte[]> seeds, int seed)
{
    private const int LargestBytes = 256 << 10;

    private static readonly ulong[] s_numbers =
        [0, 1, 2, 3, 4, 7, 8, 0x0F, 0x10, 0x1F, 0x20, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x1_0000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0x7FFF_FFFF_FFFF_FFFF, ulong.MaxValue];

    private static readonly string[] s_words =
        ["0", "-1", "1", "99999999999999999999", "4294967296", "2147483648", "\0", "\n", "\r\n", " ", "\t", "/", "../", "%", "${", "}", "{", "[", "]", "\"", "\\", "=", ":", ",", "\uFEFF", "\uD7FF", "null", "true", "[]", "{}", "\"\""];

    private readonly Random _random = new(seed);

    public byte[] Next()
    {
        var bytes = new List<byte>(seeds[_random.Next(seeds.Count)]);
        for (var count = 1 << _random.Next(5); count > 0; count--)
            Change(bytes);
        return [.. bytes.Take(LargestBytes)];
    }

    private void Change(List<byte> bytes)
    {
        var at = _random.Next(bytes.Count + 1);
        var length = Math.Min(_random.Next(1, 1 << _random.Next(1, 12)), bytes.Count - at);
        switch (_random.Next(9))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = (byte)_random.Next(256);
                break;
            case 2:
                Overwrite(bytes, at, Number());
                break;
            case 3:
                bytes.InsertRange(at, Encoding.UTF8.GetBytes(s_words[_random.Next(s_words.Length)]));
                break;
            case 4:
                bytes.RemoveRange(at, length);
                break;
            case 5:
                bytes.InsertRange(at, bytes.GetRange(at, length));
                break;
            case 6:
                Overwrite(bytes, _random.Next(bytes.Count + 1), [.. bytes.GetRange(at, length)]);
                break;
            case 7:
                var other = seeds[_random.Next(seeds.Count)];
                var from = _random.Next(other.Length + 1);
                bytes.InsertRange(at, other.AsSpan(from, Math.Min(other.Length - from, _random.Next(1 << 10))).ToArray());
                break;
            case 8 when _random.Next(8) == 0:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
        }
    }

    private byte[] Number()
    {
        var number = new byte[sizeof(ulong)];
        var value = s_numbers[_random.Next(s_numbers.Length)];
        var length = 1 << _random.Next(4);
        if (_random.Next(2) == 0)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(number, value);
            return number[..length];
        }
        BinaryPrimitives.WriteUInt64BigEndian(number, value);
        return number[^length..];
    }

    private static void Overwrite(List<byte> bytes, int at, byte[] by)
    {
        for (var index = 0; index < by.Length && at + index < bytes.Count; index++)
            bytes[at + index] = by[index];
    }
}
