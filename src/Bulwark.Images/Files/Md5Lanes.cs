using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Bulwark.Images.Files;

/// <summary>
/// MD5 (RFC 1321) of eight texts at once: a step of MD5 waits for the one before, so that one text alone leaves most of a processor idle.
/// Needs AVX2; four to five times as fast as one after the other.
/// </summary>
internal static unsafe class Md5Lanes
{
    private const int Lanes = 8;
    private const int BlockBytes = 64;
    private const int LengthBytes = 8;

    private static readonly uint[] s_sines = [.. Enumerable.Range(1, 64).Select(step => (uint)(long)(Math.Abs(Math.Sin(step)) * 4294967296.0))];
    private static readonly uint[] s_start = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];

    public static bool IsSupported => Avx2.IsSupported;

    /// <param name="texts">Where each text lies in <paramref name="bytes"/>.</param>
    /// <param name="sums">Takes a sum for each of them, in their order; the first byte is the highest.</param>
    public static void Hash(ReadOnlySpan<byte> bytes, ReadOnlySpan<(int Offset, int Length)> texts, Span<UInt128> sums)
    {
        // The long ones first, so that none is left alone at the end.
        var order = new int[texts.Length];
        var lengths = new int[texts.Length];
        for (var index = 0; index < order.Length; index++)
            (order[index], lengths[index]) = (index, -texts[index].Length);
        Array.Sort(lengths, order);
        var state = stackalloc uint[4 * Lanes];
        var tails = stackalloc byte[2 * BlockBytes * Lanes];
        var idle = stackalloc byte[BlockBytes];
        Span<Lane> lanes = stackalloc Lane[Lanes];
        fixed (byte* start = bytes)
        {
            var next = 0;
            for (var lane = 0; lane < Lanes; lane++)
                Begin(ref lanes[lane], lane, ref next, order, texts, start, state, tails);
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
                    if (lanes[lane].TailBlocks > 0)
                    {
                        lanes[lane].At = tails + lane * 2 * BlockBytes;
                        (lanes[lane].Blocks, lanes[lane].TailBlocks) = (lanes[lane].TailBlocks, 0);
                        continue;
                    }
                    sums[lanes[lane].Text] = Sum(state, lane);
                    Begin(ref lanes[lane], lane, ref next, order, texts, start, state, tails);
                }
            }
        }
    }

    private static void Begin(
        ref Lane lane, int number, ref int next, int[] order, ReadOnlySpan<(int Offset, int Length)> texts, byte* start, uint* state, byte* tails)
    {
        if (next == order.Length)
        {
            lane = new() { Text = -1 };
            return;
        }
        var text = order[next++];
        var (offset, length) = texts[text];
        var (whole, rest) = (length / BlockBytes, length % BlockBytes);
        // The rest of the text, a bit that ends it, and its length in bits at the end of a block.
        var tailBlocks = rest + 1 + LengthBytes > BlockBytes ? 2 : 1;
        var tail = new Span<byte>(tails + number * 2 * BlockBytes, tailBlocks * BlockBytes);
        tail.Clear();
        new ReadOnlySpan<byte>(start + offset + whole * BlockBytes, rest).CopyTo(tail);
        tail[rest] = 0x80;
        BinaryPrimitives.WriteInt64LittleEndian(tail[^LengthBytes..], length * 8L);
        lane = whole > 0
            ? new() { Text = text, At = start + offset, Blocks = whole, TailBlocks = tailBlocks }
            : new() { Text = text, At = tails + number * 2 * BlockBytes, Blocks = tailBlocks };
        for (var word = 0; word < 4; word++)
            state[word * Lanes + number] = s_start[word];
    }

    private static UInt128 Sum(uint* state, int lane)
    {
        Span<byte> sum = stackalloc byte[16];
        for (var word = 0; word < 4; word++)
            BinaryPrimitives.WriteUInt32LittleEndian(sum[(word * 4)..], state[word * Lanes + lane]);
        return BinaryPrimitives.ReadUInt128BigEndian(sum);
    }

    private static void Run(Span<Lane> lanes, int blocks, uint* state, byte* idle)
    {
        var (a, b, c, d) = (Avx.LoadVector256(state), Avx.LoadVector256(state + Lanes), Avx.LoadVector256(state + 2 * Lanes), Avx.LoadVector256(state + 3 * Lanes));
        var words = stackalloc Vector256<uint>[16];
        var at = stackalloc byte*[Lanes];
        for (var lane = 0; lane < Lanes; lane++)
            at[lane] = lanes[lane].Blocks > 0 ? lanes[lane].At : idle;
        for (var block = 0; block < blocks; block++)
        {
            Transpose(at, 0, words);
            Transpose(at, BlockBytes / 2, words + Lanes);
            for (var lane = 0; lane < Lanes; lane++)
                at[lane] += at[lane] == idle ? 0 : BlockBytes;
            var (a0, b0, c0, d0) = (a, b, c, d);
            for (var i = 0; i < 16; i += 4)
            {
                a = Step(a, b, Select(b, c, d), words[i], i, 7, 25);
                d = Step(d, a, Select(a, b, c), words[i + 1], i + 1, 12, 20);
                c = Step(c, d, Select(d, a, b), words[i + 2], i + 2, 17, 15);
                b = Step(b, c, Select(c, d, a), words[i + 3], i + 3, 22, 10);
            }
            for (var i = 16; i < 32; i += 4)
            {
                a = Step(a, b, Select(d, b, c), words[(5 * i + 1) & 15], i, 5, 27);
                d = Step(d, a, Select(c, a, b), words[(5 * i + 6) & 15], i + 1, 9, 23);
                c = Step(c, d, Select(b, d, a), words[(5 * i + 11) & 15], i + 2, 14, 18);
                b = Step(b, c, Select(a, c, d), words[(5 * i + 16) & 15], i + 3, 20, 12);
            }
            for (var i = 32; i < 48; i += 4)
            {
                a = Step(a, b, Avx2.Xor(Avx2.Xor(c, d), b), words[(3 * i + 5) & 15], i, 4, 28);
                d = Step(d, a, Avx2.Xor(Avx2.Xor(b, c), a), words[(3 * i + 8) & 15], i + 1, 11, 21);
                c = Step(c, d, Avx2.Xor(Avx2.Xor(a, b), d), words[(3 * i + 11) & 15], i + 2, 16, 16);
                b = Step(b, c, Avx2.Xor(Avx2.Xor(d, a), c), words[(3 * i + 14) & 15], i + 3, 23, 9);
            }
            for (var i = 48; i < 64; i += 4)
            {
                a = Step(a, b, Mix(b, c, d), words[(7 * i) & 15], i, 6, 26);
                d = Step(d, a, Mix(a, b, c), words[(7 * i + 7) & 15], i + 1, 10, 22);
                c = Step(c, d, Mix(d, a, b), words[(7 * i + 14) & 15], i + 2, 15, 17);
                b = Step(b, c, Mix(c, d, a), words[(7 * i + 21) & 15], i + 3, 21, 11);
            }
            (a, b, c, d) = (Avx2.Add(a, a0), Avx2.Add(b, b0), Avx2.Add(c, c0), Avx2.Add(d, d0));
        }
        Avx.Store(state, a);
        Avx.Store(state + Lanes, b);
        Avx.Store(state + 2 * Lanes, c);
        Avx.Store(state + 3 * Lanes, d);
        for (var lane = 0; lane < Lanes; lane++)
            lanes[lane].At = at[lane];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Step(Vector256<uint> sum, Vector256<uint> add, Vector256<uint> mixed, Vector256<uint> word, int step, [ConstantExpected] byte left, [ConstantExpected] byte right)
    {
        var value = Avx2.Add(Avx2.Add(sum, Avx2.Add(word, Vector256.Create(s_sines[step]))), mixed);
        return Avx2.Add(Avx2.Or(Avx2.ShiftLeftLogical(value, left), Avx2.ShiftRightLogical(value, right)), add);
    }

    // Bits of one where the mask has them, else of the other.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Select(Vector256<uint> mask, Vector256<uint> one, Vector256<uint> other) =>
        Avx2.Or(Avx2.And(mask, one), Avx2.AndNot(mask, other));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Mix(Vector256<uint> x, Vector256<uint> y, Vector256<uint> z) =>
        Avx2.Xor(y, Avx2.Or(x, Avx2.Xor(z, Vector256<uint>.AllBitsSet)));

    /// <summary>Half a block of each lane, as eight words of all lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(byte** at, int offset, Vector256<uint>* words)
    {
        var quarters = stackalloc Vector256<uint>[Lanes];
        for (var pair = 0; pair < Lanes; pair += 2)
        {
            var (even, odd) = (Avx.LoadVector256((uint*)(at[pair] + offset)), Avx.LoadVector256((uint*)(at[pair + 1] + offset)));
            quarters[pair] = Avx2.UnpackLow(even, odd);
            quarters[pair + 1] = Avx2.UnpackHigh(even, odd);
        }
        for (var half = 0; half < 2; half++)
        {
            var (first, second) = (quarters[half].AsUInt64(), quarters[half + 2].AsUInt64());
            var (third, fourth) = (quarters[half + 4].AsUInt64(), quarters[half + 6].AsUInt64());
            var (low, high) = (Avx2.UnpackLow(first, second), Avx2.UnpackLow(third, fourth));
            words[half * 2] = Avx2.Permute2x128(low, high, 0x20).AsUInt32();
            words[half * 2 + 4] = Avx2.Permute2x128(low, high, 0x31).AsUInt32();
            (low, high) = (Avx2.UnpackHigh(first, second), Avx2.UnpackHigh(third, fourth));
            words[half * 2 + 1] = Avx2.Permute2x128(low, high, 0x20).AsUInt32();
            words[half * 2 + 5] = Avx2.Permute2x128(low, high, 0x31).AsUInt32();
        }
    }

    private struct Lane
    {
        public int Text;
        public byte* At;
        public int Blocks;
        public int TailBlocks;
    }
}
