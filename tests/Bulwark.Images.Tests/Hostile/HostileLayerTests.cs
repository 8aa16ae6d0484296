using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using Bulwark.Images.Archives;
using Bulwark.Images.Layers;
using Bulwark.Images.Scanning;
using Bulwark.Images.Tests.Harness;
using static Bulwark.Images.Tests.Hostile.TarStream;

namespace Bulwark.Images.Tests.Hostile;

/// <summary>Tars that are made to be large, long or misleading.</summary>
[Collection(MemoryMeasured.Name)]
public sealed class HostileLayerTests
{
    private static readonly byte[] s_script = "#!/bin/sh\n"u8.ToArray();

    [Fact]
    public void Ten_million_entries_are_read_up_to_the_limit_and_that_is_told()
    {
        var (layer, kept) = MemoryMeasured.Kept(() => Bounded.Run(4000, () =>
            Read(Enumerable.Range(0, 10_000_000).Select(number => Header(number.ToString(CultureInfo.InvariantCulture), change: block => block[103] = (byte)'4')))));

        Assert.Equal(new ArchiveLimits().Entries, layer.Entries);
        Assert.Contains("more than 2000000 entries", Assert.Single(layer.Doubts, doubt => doubt.Kind == CannotTellKind.Layer).Reason, StringComparison.Ordinal);
        Assert.True(kept <= 150L << 20, $"it keeps {kept >> 20} MiB");
    }

    [Fact]
    public void Names_that_fill_the_memory_are_read_up_to_the_limit_and_that_is_told()
    {
        var limits = new ArchiveLimits { KeptBytes = 16 << 20 };
        var name = new string('n', 4000);
        foreach (var prefix in (string[])[".wh.", "bin/"])
        {
            var layer = Bounded.Run(400, () => Read(Enumerable.Range(0, 100_000).SelectMany(number => (byte[][])
                [LongName(string.Create(CultureInfo.InvariantCulture, $"{prefix}{number}{name}")), Header("x", change: block => block[103] = (byte)'5')]), limits));

            Assert.True(Assert.Single(layer.Doubts).IsGrave);
            Assert.InRange(layer.KeptBytes, 0, 17 << 20);
        }
    }

    [Fact]
    public void What_has_to_be_kept_counts_over_all_layers_of_an_image()
    {
        var reading = new LayerReading([], new() { KeptBytes = 600 << 10 });
        Layer One(string directory) => new LayerReader(reading).Read(new TarStream(Enumerable.Range(0, 2_000).Select(number => Header($"{directory}/{number}"))), CancellationToken.None);

        Assert.Empty(One("a").Doubts);
        Assert.NotEmpty(One("b").Doubts);
    }

    [Fact]
    public void Deeper_directories_than_any_image_has_are_told_and_cost_no_more_than_their_bytes()
    {
        string Path(int number, int depth) => string.Create(CultureInfo.InvariantCulture, $"{number}/{string.Join('/', Enumerable.Repeat("d", depth))}/run");
        var deepest = Read([LongName(Path(0, 1000)), Header("x")]);
        Assert.Contains("deeper than", Assert.Single(deepest.Doubts).Reason, StringComparison.Ordinal);

        // All of them are asked for again when it comes to what upper layers hide.
        var wide = Bounded.Run(2000, () =>
        {
            var layers = Enumerable.Range(0, 20).Select(layer => Read(Enumerable.Range(0, 2_000).SelectMany(number => (byte[][])[LongName(Path(number, 250)), Header("x", change: block => block[103] = (byte)'5')]))).ToList();
            return ImageScanner.Judge(new("x", "", null, [.. layers]), null, new(), DateTimeOffset.UnixEpoch);
        });
        Assert.DoesNotContain(wide.CannotTell, doubt => doubt.Kind == CannotTellKind.Layer);
    }

    [Fact]
    public void Of_an_entry_that_comes_twice_the_last_one_counts_whatever_it_is()
    {
        var layer = Read([Entry("bin/a", s_script, change: block => block[103] = (byte)'5'), Entry("bin/a", [], '2', block => "b"u8.CopyTo(block.AsSpan(157)))]);
        Assert.Equal(TarEntryKind.SymbolicLink, layer.Files["bin/a"].Kind);
    }

    [Theory]
    [InlineData(0x80, long.MaxValue)]
    [InlineData(0x80, long.MaxValue - 511)]
    [InlineData(0xFF, -1)]
    [InlineData(0xFF, long.MinValue)]
    [InlineData(0x80, 1L << 62)]
    public void A_size_that_no_file_has_ends_the_layer_and_what_follows_is_not_taken_for_entries(byte sign, long size)
    {
        var layer = Read(
        [
            Header("a", change: block =>
            {
                block.AsSpan(124, 12).Fill(sign == 0xFF ? sign : (byte)0);
                block[124] = sign;
                BinaryPrimitives.WriteInt64BigEndian(block.AsSpan(128), size);
            }),
            Header("b"),
        ]);
        Assert.DoesNotContain(PathKey.Of("b"), layer.Paths);
        Assert.Contains(layer.Doubts, doubt => doubt.Kind == CannotTellKind.Layer);
    }

    [Fact]
    public void A_sparse_file_is_told_under_its_own_name_and_not_read_as_if_it_were_whole()
    {
        var layer = Read(
        [
            Pax("GNU.sparse.name", "var/lib/dpkg/status"), Entry("GNUSparseFile.0/status", "Package: a\nStatus: install ok installed\nVersion: 1\n"u8.ToArray()),
            Entry("etc/old", new byte[100], 'S'),
        ]);
        Assert.Empty(layer.Packages);
        Assert.Equal(["etc/old", "var/lib/dpkg/status"], layer.Doubts.Select(doubt => doubt.Subject).Order(StringComparer.Ordinal));
        Assert.Contains(PathKey.Of("var/lib/dpkg/status"), layer.Paths);
    }

    [Fact]
    public void Names_that_are_no_text_are_files_like_any_other()
    {
        var layer = Read([Entry("x", s_script, change: block => new byte[] { (byte)'b', 0xFF, 0xC0, 0x80 }.CopyTo(block, 0)), Entry("etc/os-release", [(byte)'I', (byte)'D', (byte)'=', 0xFF, 0xFE])]);
        Assert.Empty(layer.Doubts);
        Assert.Equal(2, layer.Paths.Count);
    }

    [Fact]
    public void A_layer_of_many_gzip_members_is_read_whole()
    {
        var tar = new byte[][] { Entry("etc/a", new byte[5000]), new byte[1024] }.SelectMany(block => block).ToArray();
        using var packed = new MemoryStream();
        for (var at = 0; at < tar.Length; at++)
        {
            using (var gzip = new GZipStream(packed, CompressionLevel.NoCompression, leaveOpen: true))
                gzip.Write(tar, at, 1);
            // And members with nothing in them.
            using (var gzip = new GZipStream(packed, CompressionLevel.NoCompression, leaveOpen: true))
                gzip.Write([]);
        }
        packed.Position = 0;
        var layer = Bounded.Run(200, () => new LayerReader(new(ImageScanner.Analysers, new())).Read(packed, CancellationToken.None));
        Assert.Empty(layer.Doubts);
        Assert.Equal(TestImage.Digest(tar), layer.DiffId);
    }

    [Theory]
    // Windows of 3.75 TiB, 2 GiB and 256 MiB (RFC 8878, "Window Descriptor").
    [InlineData(0xFF)]
    [InlineData(0xA8)]
    [InlineData(0x90)]
    public void A_zstd_stream_that_asks_for_a_giant_window_gets_none(byte window)
    {
        byte[] frame = [0x28, 0xb5, 0x2f, 0xfd, 0, window, 1, 0, 0];
        Assert.True(Assert.Single(Bounded.Run(8, () => new LayerReader(new([], new())).Read(new MemoryStream(frame), CancellationToken.None)).Doubts).IsGrave);
    }

    [Fact]
    public void A_bomb_inside_a_bomb_is_never_unpacked_twice()
    {
        var bomb = TestImage.Gzip(new byte[64 << 20]);
        var tar = new Tar().File("usr/share/a.tar.gz", bomb).File("usr/share/b.gz", TestImage.Gzip(bomb)).ToArray();
        var layer = Bounded.Run(32, () => new LayerReader(new(ImageScanner.Analysers, new())).Read(new MemoryStream(tar), CancellationToken.None));
        Assert.Empty(layer.Doubts);
        Assert.Equal(tar.Length, layer.UnpackedBytes);
    }

    [Fact]
    public void Nothing_in_an_archive_becomes_a_file_of_this_machine()
    {
        using var directory = new TemporaryDirectory();
        var outside = Path.Combine(directory.Path, "outside");
        var layer = Read(
        [
            Entry($"../../../../../../../..{outside}", s_script), Entry(outside, s_script), Entry("link", [], '2', block => Encoding.UTF8.GetBytes(directory.Path).CopyTo(block, 157)),
            Entry("link/outside", s_script), Entry("hard", [], '1', block => "../../etc/passwd"u8.CopyTo(block.AsSpan(157))),
        ]);
        Assert.Empty(Directory.EnumerateFileSystemEntries(directory.Path));
        Assert.Equal(2, layer.Doubts.Count(doubt => doubt.Reason.Contains("out", StringComparison.Ordinal)));
    }

    private static Layer Read(IEnumerable<byte[]> blocks, ArchiveLimits? limits = null) =>
        new LayerReader(new(ImageScanner.Analysers, limits ?? new())).Read(new TarStream(blocks), CancellationToken.None);
}
