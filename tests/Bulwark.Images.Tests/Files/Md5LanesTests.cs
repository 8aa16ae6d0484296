using System.Buffers.Binary;
using System.Security.Cryptography;
using Bulwark.Images.Files;
using Bulwark.Images.Layers;
using CsCheck;

namespace Bulwark.Images.Tests.Files;

public sealed class Md5LanesTests
{
    [Fact]
    public void Many_texts_at_once_have_the_sums_that_each_has_alone() =>
        // Lengths around those at which a block ends, long ones for which the others do not wait, and all others.
        Gen.Frequency((4, Gen.Int[0, 5000]), (4, Gen.Int[0, 10].Select(blocks => blocks * 64 + 55)), (4, Gen.Int[0, 10].Select(blocks => blocks * 64)), (1, Gen.Int[50_000, 200_000]))
            .Array[0, 20].Sample(AreRight, iter: 1000, threads: 1);

    [Fact]
    public void Every_length_around_the_end_of_a_block_is_right_in_every_lane()
    {
        for (var length = 0; length <= 260; length++)
        {
            // Alone, in all lanes alike, in one lane beside other lengths, and in one that is used again.
            int[][] sets = [[length], [.. Enumerable.Repeat(length, 8)], [.. Enumerable.Range(length, 8)], [.. Enumerable.Range(length, 17).Reverse()]];
            Assert.All(sets, lengths => Assert.True(AreRight(lengths), string.Join(' ', lengths)));
        }
    }

    private static bool AreRight(int[] lengths)
    {
        var bytes = new byte[lengths.Sum()];
        new Random(lengths.Length).NextBytes(bytes);
        var texts = new (int Offset, int Length)[lengths.Length];
        for (var (index, offset) = (0, 0); index < lengths.Length; offset += lengths[index++])
            texts[index] = (offset, lengths[index]);
        var (inMemory, inFiles) = (new UInt128[lengths.Length], new UInt128[lengths.Length]);
        Md5Lanes.Hash(bytes, texts, inMemory);
        using var file = TemporaryFile.Open();
        RandomAccess.Write(file.SafeFileHandle, bytes, 0);
        Md5Lanes.Hash(new Md5TextsInFiles([.. texts.Select(text => (file.SafeFileHandle, (long)text.Offset, (long)text.Length))]), inFiles);
#pragma warning disable CA5351 // It is what dpkg uses.
        var expected = texts.Select(text => BinaryPrimitives.ReadUInt128BigEndian(MD5.HashData(bytes.AsSpan(text.Offset, text.Length))));
#pragma warning restore CA5351
        return expected.SequenceEqual(inMemory) && inMemory.SequenceEqual(inFiles);
    }
}
