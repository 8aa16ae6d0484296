using System.Security.Cryptography;
using System.Text;
using Bulwark.Images.Cache;
using Bulwark.Images.Files;
using Bulwark.Images.Layers;
using Bulwark.Images.Packages.Debian;
using Bulwark.Images.Scanning;
using Bulwark.Images.Sources;
using Bulwark.Images.Tests.Harness;

namespace Bulwark.Images.Tests.Files;

public sealed class FileHashesTests
{
    [Theory]
    [InlineData("etc/debian_version", DigestKind.Md5)]
    [InlineData("usr/share/doc/a/changelog.Debian.gz", DigestKind.Md5)]
    [InlineData("lib/apk/db/installed", DigestKind.Sha1 | DigestKind.Sha256)]
    [InlineData("usr/lib/sysimage/rpm/rpmdb.sqlite", DigestKind.Sha256)]
    [InlineData("srv/app", DigestKind.All)]
    public void A_file_has_the_checksum_that_there_are_signs_of_and_all_without_any(string sign, DigestKind taken)
    {
        var layer = Reading.Layer(new Tar().File(sign, "x").File("usr/bin/tool", "x").ToArray(), null, new FileHashes());

        Assert.Equal(taken, layer.Taken);
        Assert.Equal(taken.HasFlag(DigestKind.Md5), layer.Digests(DigestKind.Md5).ContainsKey("usr/bin/tool"));
        Assert.Equal(taken.HasFlag(DigestKind.Sha1), layer.Digests(DigestKind.Sha1).ContainsKey("usr/bin/tool"));
        Assert.Equal(taken.HasFlag(DigestKind.Sha256), layer.Digests(DigestKind.Sha256).ContainsKey("usr/bin/tool"));
    }

    [Fact]
    public void What_was_only_taken_of_files_before_the_first_sign_is_not_kept()
    {
        var layer = Reading.Layer(new Tar().File("usr/bin/first", "x").File("etc/debian_version", "x").File("usr/bin/second", "x").ToArray(), null, new FileHashes());

        Assert.Equal(DigestKind.Md5, layer.Taken);
        Assert.Equal(["usr/bin/first", "usr/bin/second"], layer.Digests(DigestKind.Md5).Keys.Order());
        Assert.Empty(layer.Digests(DigestKind.Sha1));
        Assert.Empty(layer.Digests(DigestKind.Sha256));
    }

    [Theory]
    [InlineData("original", 0)]
    [InlineData("tampered", 1)]
    public async Task Files_are_compared_even_where_the_signs_were_of_another_package_manager_and_of_layers_that_are_known(string content, int changed)
    {
#pragma warning disable CA5350 // What apk uses.
        var sum = Convert.ToBase64String(SHA1.HashData("original"u8));
#pragma warning restore CA5350
        using var directory = new TemporaryDirectory();
        var path = directory.Write("image.tar", new TestImage()
            .Layer(new Tar().File("etc/debian_version", "12").File("usr/bin/tool", content, "755"))
            .Layer(new Tar().File("lib/apk/db/installed", $"P:a\nV:1\nF:usr/bin\nR:tool\nZ:Q1{sum}\n")).DockerArchive());
        for (var run = 0; run < 2; run++)
        {
            var result = await ImageScanner.ScanAsync(
                new ArchiveSource(path, new(path)), null, new() { Cache = LayerCache.Open(Path.Combine(directory.Path, "cache"), LayerCache.DefaultBytes) }, TimeProvider.System, CancellationToken.None);

            Assert.Equal(changed, result.Findings.Count(finding => finding.Id == "file/changed"));
        }
    }

    [Fact]
    public void A_known_layer_counts_only_if_it_has_the_checksums_that_are_needed_and_gives_signs()
    {
        using var directory = new TemporaryDirectory();
        var cache = LayerCache.Open(Path.Combine(directory.Path, "cache"), LayerCache.DefaultBytes);
        LayerReading Reading(DigestKind always) => new([new FileHashes(always), new DpkgFiles()], new(), cache);
        var layer = new LayerReader(Reading(DigestKind.None)).Read(new MemoryStream(
            new Tar().File("var/lib/dpkg/info/a.md5sums", $"{new string('0', 32)}  usr/bin/tool\n").File("usr/bin/tool", "x").ToArray()), CancellationToken.None);
        var reading = Reading(DigestKind.None);

        Assert.Null(Reading(DigestKind.All).Known(layer.DiffId, ""));
        Assert.Equal(layer.Digests(DigestKind.Md5), reading.Known(layer.DiffId, "")!.Digests(DigestKind.Md5));
        Assert.Equal(DigestKind.Md5, new LayerReader(reading).Read(new MemoryStream(new Tar().File("usr/bin/other", "x").ToArray()), CancellationToken.None).Taken);
    }

    [Fact]
    public void Small_and_large_files_have_their_sums_wherever_they_wait()
    {
        var random = new Random(7);
        var files = Enumerable.Range(0, 60).ToDictionary(number => $"usr/{number}", number =>
        {
            var bytes = new byte[number % 6 == 0 ? random.Next(1 << 20, 3 << 20) : number % 7 == 0 ? random.Next(5 << 20, 6 << 20) : random.Next(0, 300_000)];
            random.NextBytes(bytes);
            return bytes;
        });
        var tar = files.Aggregate(new Tar().File("etc/debian_version", "12").File("usr/0", "replaced").File("usr/6", new byte[2 << 20]), (tar, file) => tar.File(file.Key, file.Value));
        var keep = new Keep();

        var layer = Reading.Layer(tar.ToArray(), null, new FileHashes(), keep);

#pragma warning disable CA5351 // What dpkg uses.
        Assert.Equal(files.ToDictionary(file => file.Key, file => FileDigest.Of(MD5.HashData(file.Value))), layer.Digests(DigestKind.Md5));
#pragma warning restore CA5351
        // Whoever comes after it still reads the whole file.
        Assert.Equal(Encoding.UTF8.GetString(files["usr/7"]), keep.Files["usr/7"]);
        Assert.Empty(layer.Doubts);
    }

    [Fact]
    public void Only_hexadecimal_digits_are_a_checksum()
    {
        var hash = SHA256.HashData("x"u8);

        Assert.Equal(FileDigest.Of(hash), FileDigest.Parse(Encoding.ASCII.GetBytes(Convert.ToHexString(hash))));
        Assert.Equal(FileDigest.Of(hash), FileDigest.Parse(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(hash))));
        Assert.Null(FileDigest.Parse("0123456789abcdef0123456789abcde"u8));
        Assert.Null(FileDigest.Parse("0123456789abcdef0123456789abcdeg"u8));
    }
}
