using System.IO.Compression;
using System.Text;
using Bulwark.Images.Archives;
using Bulwark.Images.Files;
using Bulwark.Images.Jars;
using Bulwark.Images.Layers;

namespace Bulwark.Images.Packages.Languages;

/// <summary>
/// JAR, WAR and EAR files, also inside of each other: Maven writes <c>META-INF/maven/GROUP/ARTIFACT/pom.properties</c> into what it builds,
/// and a shaded archive has one for each artifact in it. What has none is looked up in its manifest (<see cref="JavaManifest"/>), and not
/// guessed at by its name. The digest of each is kept: a table may know better (<see cref="JarNames"/>).
/// </summary>
public sealed class JavaArchives : IFileAnalyser
{
    private const int DeepestNesting = 4;
    private const int MostEntries = 200_000;

    // The largest servers have some thousand.
    private const int MostJars = 20_000;

    // The framework reads the whole list of what is in it before one can ask how long it is.
    private const int LargestDirectory = 24 << 20;
    private const int LargestProperties = 64 << 10;

    // Signed archives list a digest of every file there.
    private const int LargestManifest = 16 << 20;
    private const long LargestInner = 256L << 20;
    private const long MostUnpacked = 2L << 30;

    private static readonly ArchiveLimits s_limits = new();
    private static readonly string[] s_suffixes = [".jar", ".war", ".ear", ".par"];

    public bool Wants(LayerFile file, ReadOnlySpan<byte> head) => head.StartsWith("PK"u8) && HasSuffix(file.Path);

    public void Read(LayerFile file, FileContent content, Layer layer)
    {
        var reader = new ArchiveReader();
        try
        {
            reader.Read(content, file.Path, 0);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new ArchiveException($"it is a damaged archive ({e.Message})", e);
        }
        layer.Packages[file.Path] = [.. reader.Jars.SelectMany(jar => jar.Named).Distinct()];
        layer.Jars[file.Path] = [.. reader.Jars];
    }

    private static bool HasSuffix(string path) => Array.Exists(s_suffixes, suffix => path.EndsWith(suffix, StringComparison.OrdinalIgnoreCase));

    private sealed class ArchiveReader
    {
        private long _unpacked;

        public List<Jar> Jars { get; } = [];

        public void Read(FileContent content, string path, int depth)
        {
            var (hasClasses, hasProperties, found) = (false, false, new HashSet<Package>());
            using (var stream = content.Open())
            using (var counted = new DirectoryBudget(stream, LargestDirectory))
            using (var zip = new ZipArchive(counted, ZipArchiveMode.Read, leaveOpen: true))
            {
                if (zip.Entries.Count > MostEntries)
                    throw new ArchiveException($"it has more than {MostEntries} entries");
                counted.End();
                foreach (var entry in zip.Entries)
                {
                    hasClasses |= entry.Name.EndsWith(".class", StringComparison.Ordinal);
                    if (entry.Name == "pom.properties" && entry.FullName.StartsWith("META-INF/maven/", StringComparison.Ordinal))
                    {
                        if (Properties(Unpacked(entry, LargestProperties)) is { } package)
                        {
                            found.Add(package);
                            hasProperties = true;
                        }
                    }
                    else if (HasSuffix(entry.Name))
                    {
                        if (depth == DeepestNesting)
                            throw new ArchiveException("its archives are nested too deeply");
                        using var inner = Content(entry);
                        Read(inner, $"{path}!/{entry.FullName}", depth + 1);
                    }
                }
                if (hasClasses && !hasProperties && zip.GetEntry("META-INF/MANIFEST.MF") is { } manifest
                    && JavaManifest.Read(Unpacked(manifest, LargestManifest), ImagePath.Name(path)) is { } named)
                    found.Add(named);
            }
            if (Jars.Count == MostJars)
                throw new ArchiveException($"it holds more than {MostJars} archives");
            Jars.Add(new(path, Sha1(content), hasClasses, hasProperties, [.. found]));
        }

        private static UInt128 Sha1(FileContent content)
        {
            using var stream = content.Open();
            return FileDigest.Sha1(stream);
        }

        private FileContent Content(ZipArchiveEntry entry)
        {
            using var stream = entry.Open();
            return FileContent.Of(stream, LargestInner, s_limits, read =>
            {
                if ((_unpacked += read) > MostUnpacked)
                    throw TooLarge(entry);
            });
        }

        private static ArchiveException TooLarge(ZipArchiveEntry entry) => new($"{entry.Name} in it is larger than is reasonable");

        // The size in a zip's directory is only what its writer says.
        private byte[] Unpacked(ZipArchiveEntry entry, long most)
        {
            using var stream = entry.Open();
            using var bytes = new MemoryStream();
            var buffer = new byte[64 << 10];
            while (stream.Read(buffer) is var read and > 0)
            {
                _unpacked += read;
                if (bytes.Length + read > most || _unpacked > MostUnpacked)
                    throw TooLarge(entry);
                bytes.Write(buffer, 0, read);
            }
            return bytes.ToArray();
        }

        private static Package? Properties(byte[] properties)
        {
            var values = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var line in Encoding.UTF8.GetString(properties).Split('\n'))
            {
                if (line.Split('=', 2) is [var key, var value])
                    values[key.Trim()] = value.Trim();
            }
            if (values.GetValueOrDefault("groupId") is not { Length: > 0 } group || values.GetValueOrDefault("artifactId") is not { Length: > 0 } artifact
                || values.GetValueOrDefault("version") is not { Length: > 0 } version)
                return null;
            return new(PackageKind.Maven, $"{group}:{artifact}", version);
        }
    }
}
