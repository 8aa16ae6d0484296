using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using Bulwark.Images.Advisories;
using Bulwark.Images.Layers;
using Bulwark.Images.Matching;
using Bulwark.Images.Packages;
using Bulwark.Images.Packages.Alpine;
using Bulwark.Images.Packages.Debian;
using Bulwark.Images.Packages.Languages;
using Bulwark.Images.Packages.Projects;
using Bulwark.Images.Packages.Rpm;
using Bulwark.Images.Scanning;
using Bulwark.Images.Tests.Harness;

namespace Bulwark.Images.Tests.Hostile;

/// <summary>Files in an image that are small, and would cost a parser without limits hours or all memory.</summary>
public sealed class HostileFileTests
{
    [Theory]
    [InlineData("rpm/Packages", 1)]
    [InlineData("rpm/Packages.db", 2)]
    [InlineData("rpm/rpmdb.sqlite", 3)]
    public void A_database_whose_values_all_lie_at_one_place_is_damaged(string name, int form)
    {
        var bytes = form switch
        {
            1 => OverlappingBerkeley(),
            2 => OverlappingNdb(),
            _ => OverlappingSqlite(),
        };
        var layer = Read(400, $"var/lib/{name}", bytes, new RpmDatabase());
        Assert.Contains("on top of each other", Assert.Single(layer.Doubts).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_chain_of_pages_with_a_byte_in_each_is_damaged()
    {
        var file = new byte[65536 * 4];
        BerkeleyMeta(file);
        BerkeleyEntry(file, 1, [3, 0, 0, 0, 2, 0, 0, 0, 0, 0, 3, 0]);
        file[65536 * 2 + 25] = 7;
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(65536 * 2 + 22), 1);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(65536 * 2 + 16), 2);
        var layer = Read(100, "var/lib/rpm/Packages", file, new RpmDatabase());
        Assert.Contains("again and again", Assert.Single(layer.Doubts).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_package_whose_files_are_few_bytes_and_their_paths_thousands_is_damaged()
    {
        var header = RpmFiles.Header("a", "1", "1", 0, "", $"/{new string('d', 4000)}/", [.. Enumerable.Repeat("f", 100_000)]);
        var layer = Read(400, "usr/lib/sysimage/rpm/Packages.db", RpmFiles.NdbOf([header]), new RpmDatabase());
        Assert.Contains("longer paths", Assert.Single(layer.Doubts).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_that_is_said_once_does_not_count_for_every_file_in_it()
    {
        var text = $"P:a\nV:1\nF:{new string('d', 1 << 20)}\n{string.Concat(Enumerable.Repeat("R:f\n", 200_000))}";
        var layer = Read(200, "lib/apk/db/installed", Encoding.ASCII.GetBytes(text), new ApkDatabase());
        Assert.Single(layer.Packages["lib/apk/db/installed"]);
    }

    [Theory]
    [InlineData("var/lib/dpkg/status", "Package: a\nVersion: 1\nStatus: a b c\n\n")]
    [InlineData("lib/apk/db/installed", "P:a\nV:1\n\n")]
    public void More_packages_than_any_image_has_are_told(string path, string stanza)
    {
        var text = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(stanza, 150_000)));
        var layer = Read(400, path, text, new DpkgDatabase(), new ApkDatabase());
        Assert.Contains("more than 100000 packages", Assert.Single(layer.Doubts).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_of_more_files_than_any_image_has_is_told()
    {
        var text = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("/a\n", 2_500_000)));
        var layer = Read(1000, "var/lib/dpkg/info/a.list", text, new DpkgFiles());
        Assert.Contains("2000000 files", Assert.Single(layer.Doubts).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_of_megabytes_in_a_list_is_passed_over()
    {
        var text = $"{new string('0', 32)}  {string.Join('/', Enumerable.Repeat("a", 1 << 20))}\n{new string('0', 32)}  usr/bin/a\n";
        var layer = Read(100, "var/lib/dpkg/info/a.md5sums", Encoding.ASCII.GetBytes(text), new DpkgFiles());
        Assert.Equal(["usr/bin/a"], layer.PackagedFiles.Values.SelectMany(contents => contents).SelectMany(content => content.Files).Select(file => file.Path));
    }

    [Fact]
    public void Links_to_links_that_many_files_lie_behind_have_an_end()
    {
        var tar = new Tar();
        for (var number = 0; number < 40; number++)
            tar.Link($"l{number}", string.Concat(Enumerable.Repeat("./", 20)) + string.Join('/', Enumerable.Repeat("d/..", 100)) + $"/l{number + 1}");
        tar.File("var/lib/dpkg/info/a.md5sums", string.Concat(Enumerable.Range(0, 5_000).Select(number => $"{new string('0', 32)}  l0/f{number}\n")));
        var layer = Reading.Layer(tar.ToArray(), null, ImageScanner.Analysers);
        var result = Bounded.Run(4000, () => ImageScanner.Judge(new("x", "", null, [layer]), null, new(), DateTimeOffset.UnixEpoch));
        Assert.DoesNotContain(result.Findings, finding => finding.Id == "file/changed");
    }

    [Fact]
    public void Every_section_of_a_program_may_have_one_name_of_megabytes()
    {
        const int Sections = 20_000;
        var names = 64 + Sections * 64;
        var file = new byte[names + (4 << 20)];
        "\x7f\x45LF\x02\x01\x01"u8.CopyTo(file);
        file[16] = 3;
        BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(40), 64);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(58), 64);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(60), Sections);
        BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(64 + 24), names);
        BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(64 + 32), 4 << 20);
        file.AsSpan(names).Fill((byte)'n');
        var found = Bounded.Run(16, () => new ElfFile(new MemoryStream(file)).Sections(1 << 20, ".go.buildinfo"));
        Assert.Empty(found);
    }

    [Fact]
    public void A_java_archive_with_a_list_of_more_than_it_can_hold_is_told()
    {
        var name = new string('n', 200);
        var bomb = Jar([.. Enumerable.Range(0, 120_000).Select(number => (string.Create(CultureInfo.InvariantCulture, $"{number}{name}"), (object)0))]);
        var layer = Read(200, "app/a.jar", bomb, new JavaArchives());
        Assert.Contains("list of what is in it", Assert.Single(layer.Doubts).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Archives_in_a_java_archive_do_not_lie_in_memory_when_they_are_large()
    {
        var layer = Read(64, "app/a.jar", Jar(("c.jar", Jar(("b.bin", 100 << 20)))), new JavaArchives());
        Assert.Empty(layer.Doubts);
    }

    [Fact]
    public void A_manifest_of_folded_lines_is_read_in_one_go()
    {
        var manifest = Encoding.ASCII.GetBytes("Implementation-Version: " + string.Concat(Enumerable.Repeat("\n x", 2_000_000)));
        Assert.Null(Bounded.Run(400, () => JavaManifest.Read(manifest, "a-1.jar")));
    }

    [Theory]
    [InlineData("requirements.txt", "", "a\\\n", "")]
    [InlineData("packages.lock.json", """{"dependencies":{""", "\"a\":{},", "\"b\":{}}}")]
    [InlineData("pom.xml", "<project><properties><a>${b}</a></properties><dependencies>", "<dependency><groupId>${a}${a}</groupId><artifactId>x</artifactId></dependency>", "</dependencies></project>")]
    [InlineData("package-lock.json", """{"packages":{""", "\"node_modules/a\":{\"version\":\"1\"},", "\"b\":{}}}")]
    [InlineData("go.mod", "module a\n", "require a v1\n", "")]
    public void A_lock_file_of_the_same_line_costs_what_its_length_costs(string name, string begin, string line, string end)
    {
        var text = Encoding.ASCII.GetBytes($"{begin}{string.Concat(Enumerable.Repeat(line, 100_000))}{end}");
        Assert.NotNull(Bounded.Run(1500, () => LockFiles.Parse(name, text)));
    }

    [Fact]
    public void A_property_that_would_grow_beyond_all_memory_is_as_good_as_none()
    {
        var text = $"<project><properties><a>{new string('a', 4 << 20)}</a></properties><dependencies><dependency><groupId>{string.Concat(Enumerable.Repeat("${a}", 250))}</groupId>"
            + "<artifactId>x</artifactId><version>1</version></dependency></dependencies></project>";
        Assert.Equal(1, Bounded.Run(200, () => LockFiles.Parse("pom.xml", Encoding.ASCII.GetBytes(text))).Open);
    }

    [Theory]
    [InlineData("node_modules/a/package.json", "{\"name\":\"a\",\"x\":\"", "y", "\"}")]
    [InlineData("node_modules/a/package.json", "{\"x\":", "[", "")]
    [InlineData("a.deps.json", "{\"libraries\":", "{\"a\":", "")]
    [InlineData("vendor/composer/installed.json", "{\"packages\":", "[", "")]
    public void Huge_and_deep_json_is_a_doubt_about_that_file(string path, string begin, string part, string end)
    {
        var text = Encoding.ASCII.GetBytes($"{begin}{string.Concat(Enumerable.Repeat(part, 5 << 20))}{end}");
        var layer = Read(200, path, text, ImageScanner.Analysers);
        Assert.Equal(CannotTellKind.File, Assert.Single(layer.Doubts).Kind);
    }

    [Fact]
    public void A_thousand_users_without_passwords_are_as_bad_as_a_hundred()
    {
        var users = string.Concat(Enumerable.Range(0, 50_000).Select(number => $"u{number}::1\n"));
        var layer = Reading.Layer(new Tar().File("etc/passwd", users).ToArray(), null, ImageScanner.Analysers);
        var result = ImageScanner.Judge(new("x", "", null, [layer]), null, new(), DateTimeOffset.UnixEpoch);
        Assert.Equal(100, result.Findings.Count(finding => finding.Id == "config/empty-password"));
    }

    [Fact]
    public void One_package_that_is_listed_again_and_again_has_findings_up_to_a_limit()
    {
        using var advisories = new TestAdvisories([.. Enumerable.Range(0, 500).Select(number => new Advisory
        {
            Ecosystem = "debian:12", Package = "a", Id = string.Create(CultureInfo.InvariantCulture, $"CVE-2026-{number}"), Source = "debian", State = AdvisoryState.Affected, Ranges = [new("", "", "")],
        })]);
        var packages = Enumerable.Range(0, 2_000).Select(number => new InstalledPackage(new(PackageKind.Dpkg, "a", string.Create(CultureInfo.InvariantCulture, $"1.{number}")), "p", 0));
        var (findings, doubts) = Matcher.Match(new(new("debian", "12", "bookworm", "Debian"), [.. packages], []), advisories.File, null, TestAdvisories.AsOf);
        Assert.InRange(findings.Length, 200_000, 201_000);
        Assert.Contains(doubts, doubt => doubt is { Kind: CannotTellKind.Limit, IsGrave: true });
    }

    [Fact]
    public void As_many_packages_as_there_may_be_are_put_in_their_layers_in_one_go()
    {
        var status = string.Concat(Enumerable.Range(0, 100_000).Select(number => $"Package: p{number}\nStatus: a b c\nVersion: 1\n\n"));
        var layer = Reading.Layer(new Tar().File("var/lib/dpkg/status", status).ToArray(), null, new DpkgDatabase());
        var image = new Image("x", "", null, [layer, layer]);
        var files = new ImageFileSystem(image);
        Assert.Equal(100_000, Bounded.Run(400, () => Inventory.Of(image, files, new(files))).Packages.Length);
    }

    private static Layer Read(int mebibytes, string path, byte[] content, params IFileAnalyser[] analysers)
    {
        var tar = new Tar().File(path, content).ToArray();
        return Bounded.Run(mebibytes, () => new LayerReader(new(analysers, new())).Read(new MemoryStream(tar), CancellationToken.None));
    }

    private static byte[] Jar(params (string Name, object Content)[] entries)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in entries)
            {
                using var entry = zip.CreateEntry(name, CompressionLevel.NoCompression).Open();
                entry.Write(content as byte[] ?? new byte[(int)content]);
            }
        }
        return stream.ToArray();
    }

    private static void BerkeleyMeta(byte[] file)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(12), 0x061561);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(20), 65536 / 2);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(20), 65536);
    }

    private static void BerkeleyEntry(byte[] file, int page, byte[] item)
    {
        var at = page * 65536;
        file[at + 25] = 13;
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(at + 20), 2);
        item.CopyTo(file, at + 60_000);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(at + 26), (ushort)(60_000 + item.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(at + 28), 60_000);
    }

    // Entries that each go from the beginning of the page to its end.
    private static byte[] OverlappingBerkeley()
    {
        var file = new byte[65536 * 4];
        BerkeleyMeta(file);
        var page = 65536;
        file[page + 25] = 13;
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(page + 20), 20_000);
        for (var entry = 0; entry < 20_000; entry++)
            BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(page + 26 + 2 * entry), (ushort)(entry % 2 == 0 ? 65_000 : 50_000));
        Header().CopyTo(file, page + 50_001);
        file[page + 50_000] = 1;
        return file;
    }

    private static byte[] OverlappingNdb()
    {
        var header = Header();
        var file = new byte[4096 * 16];
        RpmFiles.NdbOf([header]).CopyTo(file, 0);
        for (var slot = 48; slot < 4096; slot += 16)
            file.AsSpan(32 + 4, 12).CopyTo(file.AsSpan(slot + 4));
        // All of them go on to the end of the file.
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(4096 + 12), (uint)(file.Length - 4096 - 16));
        return file;
    }

    private static byte[] OverlappingSqlite()
    {
        const int PageBytes = 65536;
        var file = new byte[2 * PageBytes];
        "SQLite format 3\0"u8.CopyTo(file);
        BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(16), 1);
        byte[] schema = [6 + 5 + 8 + 8 + 1, 1, 6, 23, 29, 29, 1, 13, .. "tablePackagesPackages"u8, 2];
        void Leaf(int start, byte[] cell, int at, int count)
        {
            var page = start / PageBytes * PageBytes;
            cell.CopyTo(file, page + at);
            file[start] = 0x0d;
            BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(start + 3), (ushort)count);
            for (var index = 0; index < count; index++)
                BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(start + 8 + 2 * index), (ushort)at);
        }
        Leaf(100, schema, 60_000, 1);
        var header = Header();
        var type = 20_000 * 2 + 12;
        byte[] types = [5, 0, (byte)(type >> 14 | 0x80), (byte)(type >> 7 & 0x7f | 0x80), (byte)(type & 0x7f)];
        var length = types.Length + 20_000;
        Leaf(PageBytes, [(byte)(length >> 14 | 0x80), (byte)(length >> 7 & 0x7f | 0x80), (byte)(length & 0x7f), 1, .. types, .. header], 45_000, 20_000);
        return file;
    }

    private static byte[] Header() => RpmFiles.Header("a", "1", "1", 0, "", "/", "f");
}
