using Bulwark.Images.Archives;
using Bulwark.Images.Layers;
using Bulwark.Images.Tests.Harness;
using CsCheck;

namespace Bulwark.Images.Tests.Layers;

[Collection(MemoryMeasured.Name)]
public sealed class LayerReaderTests
{
    [Fact]
    public void A_layer_reads_the_same_packed_with_gzip_with_zstd_and_not_at_all()
    {
        var tar = new Tar().File("etc/motd", "hello").Directory("var").File("usr/bin/tool", "x", "755").ToArray();
        foreach (var blob in (byte[][])[tar, TestImage.Gzip(tar), TestImage.Zstd(tar)])
        {
            var keep = new Keep();
            var layer = Reading.Layer(blob, null, keep);

            Assert.Empty(layer.Doubts);
            Assert.Equal(TestImage.Digest(tar), layer.DiffId);
            Assert.Equal(TestImage.Digest(blob), layer.BlobDigest);
            Assert.Equal("hello", keep.Files["etc/motd"]);
            Assert.True(layer.Files["usr/bin/tool"].IsExecutable);
        }
    }

    [Fact]
    public void Whiteouts_and_opaque_directories_are_deletions_and_no_files()
    {
        var layer = Reading.Layer(new Tar().Whiteout("etc/passwd").File("var/cache/.wh..wh..opq", "").File(".wh..wh.plnk/1", "").ToArray());

        Assert.Equal(["etc/passwd"], layer.Whiteouts);
        Assert.Equal(["var/cache"], layer.OpaqueDirectories);
        Assert.DoesNotContain(PathKey.Of("etc/.wh.passwd"), layer.Paths);
    }

    [Theory]
    [InlineData("../../etc/cron.d/evil")]
    [InlineData("a/../../b")]
    public void A_path_that_leads_out_of_the_image_is_a_doubt_and_no_file(string path)
    {
        var keep = new Keep();
        var layer = Reading.Layer(new Tar().File(path, "x").ToArray(), null, keep);

        Assert.Empty(keep.Files);
        Assert.Equal((CannotTellKind.File, path), Assert.Single(layer.Doubts) switch { var doubt => (doubt.Kind, doubt.Subject) });
    }

    [Fact]
    public void Absolute_and_dotted_paths_are_the_same_as_clean_ones()
    {
        var keep = new Keep();
        Reading.Layer(new Tar().File("/etc/a", "1").File("./etc//b", "2").ToArray(), null, keep);

        Assert.Equal(["etc/a", "etc/b"], keep.Files.Keys.Order());
    }

    [Fact]
    public void A_layer_that_was_cut_off_anywhere_is_a_grave_doubt()
    {
        // Where the cut falls on the border of two entries, only the digest can tell.
        var files = new TestImage().Layer(new Tar().File("first", "1").File("second", new byte[100_000])).Layout(TestImage.Gzip);
        var blob = files.Single(file => file.Value is [0x1f, 0x8b, ..]).Key;
        Gen.Int[60, files[blob].Length - 9].Sample(length =>
        {
            var cut = files.Aggregate(new Tar(), (tar, file) => tar.File(file.Key, file.Key == blob ? file.Value[..length] : file.Value)).ToArray();
            var image = Reading.Archive(cut);

            Assert.Contains(image.Doubts.Concat(image.Layers[0].Doubts), doubt => doubt.Kind == CannotTellKind.Layer && doubt.IsGrave);
        }, iter: 100);
    }

    [Fact]
    public void A_bomb_is_stopped_by_its_ratio_and_by_its_size()
    {
        var bomb = TestImage.Gzip(new Tar().File("zeros", new byte[50_000_000]).ToArray());

        Assert.Contains("200 times", Reading.Layer(bomb, new() { UnpackedBytesFree = 1 << 20 }).Doubts.Single().Reason, StringComparison.Ordinal);
        Assert.Contains("10 MiB", Reading.Layer(bomb, new() { UnpackedBytes = 10 << 20 }).Doubts.Single().Reason, StringComparison.Ordinal);
        Assert.Empty(Reading.Layer(bomb).Doubts);
    }

    [Fact]
    public void A_file_that_an_analyser_cannot_read_is_a_doubt_about_that_file_only()
    {
        var keep = new Keep();
        var layer = Reading.Layer(new Tar().File("bad", "x").File("good", "y").ToArray(), null, new Stumbles(), keep);

        Assert.Equal(("bad", "it is damaged (index)"), Assert.Single(layer.Doubts) switch { var doubt => (doubt.Subject, doubt.Reason) });
        Assert.Equal(["bad", "good"], keep.Files.Keys.Order());
    }

    [Fact]
    public void A_large_file_goes_through_a_temporary_file_that_is_gone_afterwards()
    {
        var before = Directory.GetFiles(Path.GetTempPath(), "bulwark-*").Length;
        var keep = new Keep();
        var text = new string('a', 100_000);
        Reading.Layer(new Tar().File("large", text).ToArray(), new() { FileBytesInMemory = 1000 }, keep);

        Assert.Equal(text, keep.Files["large"]);
        Assert.Equal(before, Directory.GetFiles(Path.GetTempPath(), "bulwark-*").Length);
    }

    [Fact]
    public void Doubts_have_an_end()
    {
        var tar = new Tar();
        for (var number = 0; number < 3000; number++)
            tar.File($"../{number}", "");

        var layer = Reading.Layer(tar.ToArray());

        Assert.InRange(layer.Doubts.Count, 900, 1100);
        Assert.Equal(CannotTellKind.Limit, layer.Doubts[^1].Kind);
    }

    [Fact]
    public void A_million_files_take_bounded_memory()
    {
        // Made as it is read: the archive itself takes none.
        var (layer, kept) = MemoryMeasured.Kept(() => new LayerReader(new([], new())).Read(new ManyFiles(1_000_000), CancellationToken.None));

        Assert.Equal(1_000_000, layer.Entries);
        Assert.Equal(1_000_000, layer.Paths.Count);
        Assert.Equal(new ArchiveLimits().NotedFiles, layer.Files.Count);
        Assert.Equal(CannotTellKind.Limit, Assert.Single(layer.Doubts).Kind);
        Assert.True(kept <= 120L << 20, $"it keeps {kept >> 20} MiB");
    }

    private sealed class Stumbles : IFileAnalyser
    {
        public bool Wants(LayerFile file, ReadOnlySpan<byte> head) => file.Path == "bad";

        public void Read(LayerFile file, FileContent content, Layer layer) => throw new InvalidOperationException("index");
    }

    /// <summary>A tar of so many empty executables.</summary>
    private sealed class ManyFiles(int count) : ForwardStream
    {
        private readonly byte[] _header = new Tar(System.Formats.Tar.TarEntryFormat.Pax).File("usr/lib/some/where/00000000", "", "755").ToArray();
        private byte[] _block = [];
        private int _at;
        private int _made;

        public override int Read(Span<byte> buffer)
        {
            if (_at == _block.Length)
            {
                if (_made == count)
                    return 0;
                _block = Block(_made++);
                _at = 0;
            }
            var length = Math.Min(buffer.Length, _block.Length - _at);
            _block.AsSpan(_at, length).CopyTo(buffer);
            _at += length;
            return length;
        }

        private byte[] Block(int number)
        {
            var start = _header.AsSpan().IndexOf("usr/lib/some/where/00000000\0"u8);
            var block = _header.AsSpan(start, 512).ToArray();
            System.Text.Encoding.ASCII.GetBytes(number.ToString("D8", System.Globalization.CultureInfo.InvariantCulture), block.AsSpan(19));
            block.AsSpan(148, 8).Fill((byte)' ');
            System.Text.Encoding.ASCII.GetBytes(Convert.ToString(block.Sum(value => value), 8).PadLeft(6, '0') + "\0 ", block.AsSpan(148));
            return block;
        }
    }
}
