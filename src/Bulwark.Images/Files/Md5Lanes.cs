using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Bulwark.Images.Files;

/// <summary>
/// MD5 (RFC 1321) of eight texts at once: a step of MD5 waits for the one before, so that one text alone leaves most of a processor idle. Two
/// groups of four lanes take turns, for the same reason; with vectors of 16 bytes, which every processor has, it is four times as fast as one
/// text after the other.
/// </summary>
internal static unsafe class Md5Lanes
{
    /// <summary>How many texts are hashed at a time.</summary>
    public const int Lanes = 8;

    /// <summary>What MD5 takes at a time, in bytes.</summary>
    public const int BlockBytes = 64;

    private const int Group = 4;
    private const int LengthBytes = 8;

    // How many times as long a text takes in a lane as the usual way.
    private const int LaneCost = 2;

    private static readonly uint[] s_sines = [.. Enumerable.Range(1, 64).Select(step => (uint)(long)(Math.Abs(Math.Sin(step)) * 4294967296.0))];
    private static readonly uint[] s_start = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];

    /// <param name="texts">Where each text lies in <paramref name="bytes"/>.</param>
    /// <param name="sums">Takes a sum for each of the texts, in their order; the first byte is the highest.</param>
    public static void Hash(ReadOnlySpan<byte> bytes, (int Offset, int Length)[] texts, Span<UInt128> sums)
    {
        fixed (byte* start = bytes)
            Hash(new Md5TextsInMemory(start, texts), sums);
    }

    /// <param name="sums">Takes a sum for each of the texts, in their order; the first byte is the highest.</param>
    public static void Hash(Md5Texts texts, Span<UInt128> sums)
    {
        // The long ones first, so that none is left alone at the end.
        int[] order = [.. Enumerable.Range(0, texts.Count).OrderByDescending(texts.Length)];
        var next = 0;
        for (var alone = Alone(order, texts); next < alone; next++)
            sums[order[next]] = texts.Alone(order[next]);
        var state = stackalloc uint[4 * Lanes];
        var tails = stackalloc byte[2 * BlockBytes * Lanes];
        var idle = stackalloc byte[BlockBytes];
        Span<Lane> lanes = stackalloc Lane[Lanes];
        for (var lane = 0; lane < Lanes; lane++)
            Begin(ref lanes[lane], lane, ref next, order, texts, state, tails);
        while (true)
        {
            var blocks = int.MaxValue;
            foreach (ref var lane in lanes)
            {
                if (lane.Blocks > 0)
                    blocks = Math.Min(blocks, lane.Blocks);
            }
            if (blocks == int.MaxValue)
                return;
            Run(lanes, blocks, state, idle);
            for (var lane = 0; lane < Lanes; lane++)
            {
                if (lanes[lane].Text < 0 || (lanes[lane].Blocks -= blocks) > 0)
                    continue;
                if (!lanes[lane].IsTail)
                {
                    Continue(ref lanes[lane], lane, texts, tails);
                    continue;
                }
                sums[lanes[lane].Text] = Sum(state, lane);
                Begin(ref lanes[lane], lane, ref next, order, texts, state, tails);
            }
        }
    }

    // How many of the longest are better hashed one after the other, the usual way: all others would have to wait for their lanes.
    private static int Alone(int[] order, Md5Texts texts)
    {
        var left = order.Sum(texts.Length);
        var (alone, least, before) = (0, long.MaxValue, 0L);
        for (var count = 0; count < Math.Min(order.Length, Lanes); count++)
        {
            var longest = texts.Length(order[count]);
            var cost = before + Math.Max(longest, left / Lanes) * LaneCost;
            if (cost < least)
                (alone, least) = (count, cost);
            before += longest;
            left -= longest;
        }
        return left == 0 && before < least ? order.Length : alone;
    }

    private static void Begin(ref Lane lane, int number, ref int next, int[] order, Md5Texts texts, uint* state, byte* tails)
    {
        if (next == order.Length)
        {
            lane = new() { Text = -1 };
            return;
        }
        var text = order[next++];
        lane = new() { Text = text, Length = texts.Length(text), Left = texts.Length(text) };
        for (var word = 0; word < 4; word++)
            state[word * Lanes + number] = s_start[word];
        Continue(ref lane, number, texts, tails);
    }

    private static void Continue(ref Lane lane, int number, Md5Texts texts, byte* tails)
    {
        if (lane.Left >= BlockBytes)
        {
            lane.Blocks = (int)(Math.Min(lane.Left, texts.Most) / BlockBytes);
            lane.At = texts.Next(lane.Text, number, lane.Blocks * BlockBytes);
            lane.Left -= lane.Blocks * BlockBytes;
            return;
        }
        // The rest of the text, a bit that ends it, and its length in bits at the end of a block.
        var rest = (int)lane.Left;
        lane.Blocks = rest + 1 + LengthBytes > BlockBytes ? 2 : 1;
        lane.At = tails + number * 2 * BlockBytes;
        lane.IsTail = true;
        var tail = new Span<byte>(lane.At, lane.Blocks * BlockBytes);
        tail.Clear();
        new ReadOnlySpan<byte>(texts.Next(lane.Text, number, rest), rest).CopyTo(tail);
        tail[rest] = 0x80;
        BinaryPrimitives.WriteInt64LittleEndian(tail[^LengthBytes..], lane.Length * 8);
    }

    private static UInt128 Sum(uint* state, int lane)
    {
        Span<byte> sum = stackalloc byte[16];
        for (var word = 0; word < 4; word++)
            BinaryPrimitives.WriteUInt32LittleEndian(sum[(word * 4)..], state[word * Lanes + lane]);
        return FileDigest.Of(sum);
    }

    // a to d are of the first four lanes, e to h the same of the others.
    private static void Run(Span<Lane> lanes, int blocks, uint* state, byte* idle)
    {
        var (a, b, c, d) = (Vector128.Load(state), Vector128.Load(state + Lanes), Vector128.Load(state + 2 * Lanes), Vector128.Load(state + 3 * Lanes));
        state += Group;
        var (e, f, g, h) = (Vector128.Load(state), Vector128.Load(state + Lanes), Vector128.Load(state + 2 * Lanes), Vector128.Load(state + 3 * Lanes));
        var first = stackalloc Vector128<uint>[16];
        var second = stackalloc Vector128<uint>[16];
        var at = stackalloc byte*[Lanes];
        for (var lane = 0; lane < Lanes; lane++)
            at[lane] = lanes[lane].Blocks > 0 ? lanes[lane].At : idle;
        fixed (uint* sines = s_sines)
        {
            for (var block = 0; block < blocks; block++)
            {
                Transpose(at, first);
                Transpose(at + Group, second);
                for (var lane = 0; lane < Lanes; lane++)
                    at[lane] += at[lane] == idle ? 0 : BlockBytes;
                var (a0, b0, c0, d0, e0, f0, g0, h0) = (a, b, c, d, e, f, g, h);
                for (var i = 0; i < 16; i += 4)
                {
                    a = Step(a, b, Select(b, c, d), first[i], sines[i], 7);
                    e = Step(e, f, Select(f, g, h), second[i], sines[i], 7);
                    d = Step(d, a, Select(a, b, c), first[i + 1], sines[i + 1], 12);
                    h = Step(h, e, Select(e, f, g), second[i + 1], sines[i + 1], 12);
                    c = Step(c, d, Select(d, a, b), first[i + 2], sines[i + 2], 17);
                    g = Step(g, h, Select(h, e, f), second[i + 2], sines[i + 2], 17);
                    b = Step(b, c, Select(c, d, a), first[i + 3], sines[i + 3], 22);
                    f = Step(f, g, Select(g, h, e), second[i + 3], sines[i + 3], 22);
                }
                for (var i = 16; i < 32; i += 4)
                {
                    a = Step(a, b, Select(d, b, c), first[(5 * i + 1) & 15], sines[i], 5);
                    e = Step(e, f, Select(h, f, g), second[(5 * i + 1) & 15], sines[i], 5);
                    d = Step(d, a, Select(c, a, b), first[(5 * i + 6) & 15], sines[i + 1], 9);
                    h = Step(h, e, Select(g, e, f), second[(5 * i + 6) & 15], sines[i + 1], 9);
                    c = Step(c, d, Select(b, d, a), first[(5 * i + 11) & 15], sines[i + 2], 14);
                    g = Step(g, h, Select(f, h, e), second[(5 * i + 11) & 15], sines[i + 2], 14);
                    b = Step(b, c, Select(a, c, d), first[(5 * i + 16) & 15], sines[i + 3], 20);
                    f = Step(f, g, Select(e, g, h), second[(5 * i + 16) & 15], sines[i + 3], 20);
                }
                for (var i = 32; i < 48; i += 4)
                {
                    a = Step(a, b, c ^ d ^ b, first[(3 * i + 5) & 15], sines[i], 4);
                    e = Step(e, f, g ^ h ^ f, second[(3 * i + 5) & 15], sines[i], 4);
                    d = Step(d, a, b ^ c ^ a, first[(3 * i + 8) & 15], sines[i + 1], 11);
                    h = Step(h, e, f ^ g ^ e, second[(3 * i + 8) & 15], sines[i + 1], 11);
                    c = Step(c, d, a ^ b ^ d, first[(3 * i + 11) & 15], sines[i + 2], 16);
                    g = Step(g, h, e ^ f ^ h, second[(3 * i + 11) & 15], sines[i + 2], 16);
                    b = Step(b, c, d ^ a ^ c, first[(3 * i + 14) & 15], sines[i + 3], 23);
                    f = Step(f, g, h ^ e ^ g, second[(3 * i + 14) & 15], sines[i + 3], 23);
                }
                for (var i = 48; i < 64; i += 4)
                {
                    a = Step(a, b, c ^ (b | ~d), first[(7 * i) & 15], sines[i], 6);
                    e = Step(e, f, g ^ (f | ~h), second[(7 * i) & 15], sines[i], 6);
                    d = Step(d, a, b ^ (a | ~c), first[(7 * i + 7) & 15], sines[i + 1], 10);
                    h = Step(h, e, f ^ (e | ~g), second[(7 * i + 7) & 15], sines[i + 1], 10);
                    c = Step(c, d, a ^ (d | ~b), first[(7 * i + 14) & 15], sines[i + 2], 15);
                    g = Step(g, h, e ^ (h | ~f), second[(7 * i + 14) & 15], sines[i + 2], 15);
                    b = Step(b, c, d ^ (c | ~a), first[(7 * i + 21) & 15], sines[i + 3], 21);
                    f = Step(f, g, h ^ (g | ~e), second[(7 * i + 21) & 15], sines[i + 3], 21);
                }
                (a, b, c, d) = (a + a0, b + b0, c + c0, d + d0);
                (e, f, g, h) = (e + e0, f + f0, g + g0, h + h0);
            }
        }
        Store(e, f, g, h, state);
        Store(a, b, c, d, state - Group);
        for (var lane = 0; lane < Lanes; lane++)
            lanes[lane].At = at[lane];
    }

    private static void Store(Vector128<uint> a, Vector128<uint> b, Vector128<uint> c, Vector128<uint> d, uint* state)
    {
        a.Store(state);
        b.Store(state + Lanes);
        c.Store(state + 2 * Lanes);
        d.Store(state + 3 * Lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Step(Vector128<uint> sum, Vector128<uint> add, Vector128<uint> mixed, Vector128<uint> word, uint sine, [ConstantExpected] int left)
    {
        var value = sum + (word + Vector128.Create(sine)) + mixed;
        return ((value << left) | (value >>> (32 - left))) + add;
    }

    // Bits of one where the mask has them, else of the other.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Select(Vector128<uint> mask, Vector128<uint> one, Vector128<uint> other) => other ^ (mask & (one ^ other));

    /// <summary>A block of each of four lanes, as sixteen words of all four.</summary>
    private static void Transpose(byte** at, Vector128<uint>* words)
    {
        uint* first = (uint*)at[0], second = (uint*)at[1], third = (uint*)at[2], fourth = (uint*)at[3];
        for (var word = 0; word < 16; word++)
            words[word] = Vector128.Create(first[word], second[word], third[word], fourth[word]);
    }

    private struct Lane
    {
        public int Text;
        public long Length;
        public long Left;
        public byte* At;
        public int Blocks;
        public bool IsTail;
    }
}
