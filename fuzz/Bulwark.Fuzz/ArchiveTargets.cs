using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Bulwark.Images;
using Bulwark.Images.Archives;
using Bulwark.Images.Cache;
using Bulwark.Images.Layers;
using Bulwark.Images.Scanning;
using Bulwark.Images.Sources;
using Bulwark.Images.Sources.Wire;
using Bulwark.Images.Tests.Harness;
using TarEntry = System.Formats.Tar.TarEntry;
using TarReader = Bulwark.Images.Archives.TarReader;

namespace Bulwark.Fuzz;

/// <summary>What an image is packed in: tars, their packing, manifests and configurations.</summary>
internal static class ArchiveTargets
{
    // Small enough that an input cannot take long by being as large as it may be.
    private static readonly ArchiveLimits s_limits = new() { Entries = 10_000, UnpackedBytes = 64 << 20, UnpackedBytesFree = 16 << 20, FileBytes = 16 << 20, FileBytesInMemory = 1 << 20 };

    public static IEnumerable<FuzzTarget> All =>
    [
        new("tar", ReadTar, [.. Enum.GetValues<TarEntryFormat>().Where(format => format != TarEntryFormat.Unknown).Select(Tar)]) { Refusals = [typeof(ArchiveException)] },
        new("layer", ReadLayer, Layers()),
        new("archive", ReadArchive, [Archive()]) { Refusals = [typeof(ImageException)] },
        new("manifest", ReadManifest, [Index(), Manifest(Digest.Of(Configuration), 1)]) { Refusals = [typeof(ArchiveException), typeof(ImageException)] },
        new("configuration", ReadConfiguration, [Configuration]) { Refusals = [typeof(ArchiveException)] },
        new("cached-layer", ReadCachedLayer, [CachedLayer()]),
    ];

    private static byte[] Configuration => Encoding.UTF8.GetBytes("""
        {"architecture":"amd64","os":"linux","created":"2026-03-01T12:00:00Z","config":{"User":"root","Env":["PATH=/bin","TOKEN=x"],"Entrypoint":["/x"],
        "Cmd":null,"Labels":{"a":"b","org.opencontainers.image.base.name":"debian:12"},"Healthcheck":{"Test":["CMD","true"]}},"rootfs":{"type":"layers",
        "diff_ids":["sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]},"history":[{"created":"2026-03-01T12:00:00Z",
        "created_by":"/bin/sh -c #(nop) ADD file:x in / "},{"created_by":"ENV a=b","empty_layer":true}]}
        """);

    private static void ReadTar(byte[] input)
    {
        using var tar = new TarReader(new Reading.OneWay(input), s_limits);
        var entries = 0;
        Span<byte> content = stackalloc byte[100];
        while (tar.Next() is { } entry)
        {
            Trial.Limit("entries", ++entries, s_limits.Entries);
            Trial.Limit("characters in a path", Math.Max(entry.Name.Length, entry.LinkTarget.Length), s_limits.PathBytes);
            if (entry.Size < 0)
                throw new FuzzFailure($"a size of {entry.Size}");
            if (entries % 2 == 0)
                tar.Read(content);
        }
    }

    private static void ReadLayer(byte[] input)
    {
        var layer = new LayerReader(new(ImageScanner.Analysers, s_limits)).Read(new Reading.OneWay(input), CancellationToken.None);
        _ = ImageScanner.Judge(new("fuzz", "", null, [layer, layer]), null, new(), DateTimeOffset.UnixEpoch);
    }

    private static void ReadArchive(byte[] input)
    {
        var choice = new ImageChoice("the input");
        var image = new ArchiveStreamReader(choice, new(ImageScanner.Analysers, s_limits)).Read(new MemoryStream(input), CancellationToken.None);
        _ = ImageScanner.Judge(image, null, new(), DateTimeOffset.UnixEpoch);
    }

    // What it names is found whatever its digest: so that the way inside is open.
    private static void ReadManifest(byte[] input)
    {
        var index = Json.Parse(input, ImageJsonContext.Default.ManifestJson, "it");
        var inner = Manifest(Digest.Of(Configuration), 1);
        _ = index.Manifests is null ? OciAssembler.Assemble(index, "", _ => Configuration, _ => new Layer(), s_limits) : OciAssembler.Assemble(
            ManifestChooser.Choose(index, new("the input", "1"), _ => inner).Manifest, "", _ => Configuration, _ => new Layer(), s_limits);
    }

    private static void ReadConfiguration(byte[] input)
    {
        var configuration = ConfigurationReader.Read(input);
        var image = new Image("fuzz", "", configuration, [new Layer()]);
        _ = ImageScanner.Judge(image, null, new(), DateTimeOffset.UnixEpoch);
    }

    // With a right checksum, whatever it holds.
    private static void ReadCachedLayer(byte[] input) => _ = LayerFormat.Read([.. input, .. SHA256.HashData(input)], "key");

    private static byte[] CachedLayer()
    {
        var layer = new LayerReader(new(ImageScanner.Analysers, s_limits)).Read(new MemoryStream(Tar(TarEntryFormat.Pax)), CancellationToken.None);
        using var stream = new MemoryStream();
        LayerFormat.Write(layer, "key", stream);
        return stream.ToArray()[..^SHA256.HashSizeInBytes];
    }

    private static byte[] Tar(TarEntryFormat format) => TarOf(format,
    [
        ("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n"u8.ToArray()),
        ("var/lib/dpkg/status", "Package: a\nStatus: install ok installed\nVersion: 1\n\n"u8.ToArray()),
        ("var/lib/dpkg/info/a.md5sums", "00000000000000000000000000000000  usr/bin/a\n"u8.ToArray()),
        ("usr/bin/.wh.b", []),
        ("app/.env", "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMIK7MDENGbPxRfiCYzzzzzzzzKEYq\n"u8.ToArray()),
    ]);

    private static byte[] TarOf(TarEntryFormat format, (string Path, byte[] Content)[] files)
    {
        using var stream = new MemoryStream();
        using (var tar = new TarWriter(stream, format, leaveOpen: true))
        {
            foreach (var (path, content) in files)
            {
                TarEntry entry = format switch
                {
                    TarEntryFormat.V7 => new V7TarEntry(System.Formats.Tar.TarEntryType.V7RegularFile, path),
                    TarEntryFormat.Ustar => new UstarTarEntry(System.Formats.Tar.TarEntryType.RegularFile, path),
                    TarEntryFormat.Gnu => new GnuTarEntry(System.Formats.Tar.TarEntryType.RegularFile, $"{new string('l', 120)}/../{path}"),
                    _ => new PaxTarEntry(System.Formats.Tar.TarEntryType.RegularFile, path),
                };
                entry.Mode = (UnixFileMode)0b110_111_101_101 | UnixFileMode.SetUser;
                entry.DataStream = new MemoryStream(content);
                tar.WriteEntry(entry);
            }
            if (format == TarEntryFormat.Pax)
                tar.WriteEntry(new PaxTarEntry(System.Formats.Tar.TarEntryType.SymbolicLink, "lib") { LinkName = "usr/lib" });
        }
        return stream.ToArray();
    }

    private static List<byte[]> Layers()
    {
        var tar = Tar(TarEntryFormat.Pax);
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
            gzip.Write(tar);
        using var zstd = new ZstdSharp.Compressor();
        return [tar, Tar(TarEntryFormat.Gnu), packed.ToArray(), zstd.Wrap(tar).ToArray()];
    }

    private static byte[] Archive()
    {
        var layer = Tar(TarEntryFormat.Ustar);
        var configuration = Encoding.UTF8.GetBytes($$$"""{"rootfs":{"diff_ids":["{{{Digest.Of(layer)}}}"]},"history":[{"created_by":"a"}]}""");
        var name = Digest.Of(configuration)["sha256:".Length..];
        return TarOf(TarEntryFormat.Ustar,
            [("l/layer.tar", layer), ($"{name}.json", configuration), ("manifest.json", Encoding.UTF8.GetBytes($$"""[{"Config":"{{name}}.json","RepoTags":["a:1"],"Layers":["l/layer.tar"]}]"""))]);
    }

    private static byte[] Manifest(string configuration, int layers) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        schemaVersion = 2,
        config = new { digest = configuration, size = 1 },
        layers = Enumerable.Range(0, layers).Select(number => new { digest = $"sha256:{new string('b', 63)}{number}", size = 1 }),
    });

    private static byte[] Index() => Encoding.UTF8.GetBytes($$$"""
        {"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"{{{Digest.Of(Manifest(Digest.Of(Configuration), 1))}}}","size":1,
        "platform":{"architecture":"amd64","os":"linux","variant":"v8"},"annotations":{"org.opencontainers.image.ref.name":"1"}},
        {"digest":"sha256:0","platform":{"architecture":"unknown","os":"unknown"}}],"config":{"digest":"{{{Digest.Of(Configuration)}}}"},"layers":[null,{"digest":"sha256:{{{new string('c', 64)}}}"}]}
        """);
}
