using System.Buffers.Binary;
using System.Security.Cryptography;
using Bulwark.Images.Files;
using CsCheck;

namespace Bulwark.Images.Tests.Files;

public sealed class Md5LanesTests
{
    [Fact]
    public void Many_texts_at_once_have_the_sums_that_each_has_alone() =>
        // Lengths around those at which a block ends, and all others.
        Gen.Frequency((1, Gen.Int[0, 5000]), (1, Gen.Int[0, 10].Select(blocks => blocks * 64 + 55)), (1, Gen.Int[0, 10].Select(blocks => blocks * 64))).Array[0, 20].Sample(lengths =>
        {
            var bytes = new byte[lengths.Sum()];
            new Random(lengths.Length).NextBytes(bytes);
            var texts = new (int Offset, int Length)[lengths.Length];
            for (var (index, offset) = (0, 0); index < lengths.Length; offset += lengths[index++])
                texts[index] = (offset, lengths[index]);
            var sums = new UInt128[lengths.Length];
            Md5Lanes.Hash(bytes, texts, sums);
#pragma warning disable CA5351 // It is what dpkg uses.
            return texts.Zip(sums).All(pair => pair.Second == BinaryPrimitives.ReadUInt128BigEndian(MD5.HashData(bytes.AsSpan(pair.First.Offset, pair.First.Length))));
#pragma warning restore CA5351
        }, iter: 1000, threads: 1);
}
