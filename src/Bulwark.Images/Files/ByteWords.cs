using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace Bulwark.Images.Files;

/// <summary>
/// Finds a few ASCII words in bytes. The framework's search is for characters, of which bytes would have to be made first. This one sorts words
/// into eight groups, and knows of 16 places at once, from their first three bytes, which groups can begin there; only then it compares.
/// </summary>
internal sealed class ByteWords
{
    private const int Prefix = 3;
    private const int Groups = 8;

    private readonly string[] _words;
    private readonly int[][] _grouped;
    private readonly bool _ignoreCase;

    // For each of the first three bytes, by its value: a bit for each group that has a word with it there.
    private readonly byte[][] _groups = [new byte[256], new byte[256], new byte[256]];

    // The same by the two halves of a byte, which may let through more.
    private readonly Vector128<byte>[] _low = new Vector128<byte>[Prefix];
    private readonly Vector128<byte>[] _high = new Vector128<byte>[Prefix];

    /// <param name="words">ASCII, each of three characters at least.</param>
    public ByteWords(IEnumerable<string> words, bool ignoreCase)
    {
        _words = [.. words.Distinct(StringComparer.Ordinal)];
        _ignoreCase = ignoreCase;
        if (Array.Exists(_words, word => word.Length < Prefix || !Ascii.IsValid(word)))
            throw new ArgumentException("a word is too short, or not of ASCII", nameof(words));
        // Alike ones together, so that a group lets through little.
        int[] order = [.. Enumerable.Range(0, _words.Length).OrderBy(index => _words[index].ToUpperInvariant(), StringComparer.Ordinal)];
        _grouped = [.. Enumerable.Range(0, Groups).Select(group => Enumerable.Range(0, order.Length).Where(place => GroupOf(place) == group).Select(place => order[place]).ToArray())];
        for (var at = 0; at < Prefix; at++)
        {
            var (low, high) = (new byte[16], new byte[16]);
            for (var place = 0; place < order.Length; place++)
            {
                var character = _words[order[place]][at];
                foreach (var value in ignoreCase ? (byte[])[(byte)char.ToLowerInvariant(character), (byte)char.ToUpperInvariant(character)] : [(byte)character])
                {
                    _groups[at][value] |= (byte)(1 << GroupOf(place));
                    low[value & 0xF] |= (byte)(1 << GroupOf(place));
                    high[value >> 4] |= (byte)(1 << GroupOf(place));
                }
            }
            (_low[at], _high[at]) = (Vector128.Create(low), Vector128.Create(high));
        }
        Longest = _words.Length == 0 ? 0 : _words.Max(word => word.Length);
    }

    /// <summary>The words, as they were given.</summary>
    public IReadOnlyList<string> Words => _words;

    /// <summary>Length of the longest.</summary>
    public int Longest { get; }

    /// <summary>Where the first word begins; -1 if none does.</summary>
    /// <param name="word">Which of <see cref="Words"/> it is: the first of them, if several begin there.</param>
    public int IndexOf(ReadOnlySpan<byte> bytes, out int word) => IndexOf(bytes, HasVectors, out word);

    // Without an instruction to look up sixteen bytes at once, one after the other is faster.
    private static bool HasVectors => Ssse3.IsSupported || AdvSimd.Arm64.IsSupported;

    /// <summary>The same with or without vectors.</summary>
    internal int IndexOf(ReadOnlySpan<byte> bytes, bool withVectors, out int word)
    {
        var at = 0;
        if (withVectors)
        {
            at = IndexOfVectors(bytes, out word);
            if (word >= 0)
                return at;
        }
        for (; at + Prefix <= bytes.Length; at++)
        {
            var groups = _groups[0][bytes[at]] & _groups[1][bytes[at + 1]] & _groups[2][bytes[at + 2]];
            if (groups != 0 && WordAt(bytes[at..], groups) is var found and >= 0)
            {
                word = found;
                return at;
            }
        }
        word = -1;
        return -1;
    }

    // Where it found one, or where it could not go on.
    private int IndexOfVectors(ReadOnlySpan<byte> bytes, out int word)
    {
        var (low0, low1, low2, high0, high1, high2) = (_low[0], _low[1], _low[2], _high[0], _high[1], _high[2]);
        ref var start = ref MemoryMarshal.GetReference(bytes);
        Span<byte> groups = stackalloc byte[Vector128<byte>.Count];
        var at = 0;
        for (; at + Vector128<byte>.Count + Prefix - 1 <= bytes.Length; at += Vector128<byte>.Count)
        {
            var matches = Match(Load(ref start, at), low0, high0) & Match(Load(ref start, at + 1), low1, high1) & Match(Load(ref start, at + 2), low2, high2);
            if (matches == Vector128<byte>.Zero)
                continue;
            var places = Vector128.ExtractMostSignificantBits(~Vector128.Equals(matches, Vector128<byte>.Zero));
            matches.CopyTo(groups);
            for (; places != 0; places &= places - 1)
            {
                var place = BitOperations.TrailingZeroCount(places);
                word = WordAt(bytes[(at + place)..], groups[place]);
                if (word >= 0)
                    return at + place;
            }
        }
        word = -1;
        return at;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Load(ref byte start, int at) => Vector128.LoadUnsafe(ref start, (nuint)at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Match(Vector128<byte> bytes, Vector128<byte> low, Vector128<byte> high)
    {
        var half = Vector128.Create((byte)0xF);
        return Take(low, bytes & half) & Take(high, (bytes.AsUInt16() >> 4).AsByte() & half);
    }

    // Asked for by its name: for the oldest processors, for which all is compiled ahead of time, the general way would not use it at all.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Take(Vector128<byte> table, Vector128<byte> places) =>
        Ssse3.IsSupported ? Ssse3.Shuffle(table, places) : Vector128.ShuffleNative(table, places);

    private int GroupOf(int place) => place * Groups / _words.Length;

    private int WordAt(ReadOnlySpan<byte> bytes, int groups)
    {
        var first = -1;
        for (; groups != 0; groups &= groups - 1)
        {
            foreach (var index in _grouped[BitOperations.TrailingZeroCount(groups)])
            {
                if ((first < 0 || index < first) && IsAt(bytes, _words[index]))
                    first = index;
            }
        }
        return first;
    }

    private bool IsAt(ReadOnlySpan<byte> bytes, string word) => bytes.Length >= word.Length
        && (_ignoreCase ? Ascii.EqualsIgnoreCase(bytes[..word.Length], word) : Ascii.Equals(bytes[..word.Length], word));
}
